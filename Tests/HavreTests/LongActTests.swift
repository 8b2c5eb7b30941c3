import Foundation
import HavreCodec
import HavreStore
import HavreSystem
import Testing

@testable import Havre

/// What is on its way to somebody when her right to it ends, stops there: a file, a list, a bundle.
@Suite struct LongActTests {
    /// How a right ends, and what its owner is told.
    struct End: Sendable, CustomStringConvertible {
        let description: String
        let error: HavreError
        let act: @Sendable (ExportScene, Identifier) throws -> Void
    }

    static let ends: [End] = [
        End(description: "removed", error: .notFound) { scene, _ in
            _ = try scene.house.vault.revoke(case: scene.code, name: "Louis", scene.sylvie)
        },
        End(description: "a grant without this part", error: .notGranted) { scene, _ in
            try scene.grant(["notes", "consent"])
        },
        End(description: "closed", error: .notOpen) { scene, _ in
            try scene.house.vault.close(case: scene.code, scene.louis)
        },
        End(description: "locked", error: .locked) { scene, _ in scene.house.vault.lock(scene.louis) },
        End(description: "panic", error: .locked) { scene, _ in scene.house.vault.panic() },
        End(description: "frozen", error: .notFound) { scene, caseID in
            let vault = scene.house.vault
            _ = try vault.commit(vault.event("staff freeze", scene.sylvie)) { draft, _ in
                draft.step {
                    $0.restricted.append(
                        Restriction(.freeze, area: Area(caseID), person: scene.louis.person.person))
                }
            }
        },
    ]

    private func caseID(_ scene: ExportScene) throws -> Identifier {
        try #require(try scene.house.vault.caseID(scene.code, scene.sylvie))
    }

    @Test("A long list stops at the record at which the right to it ends", arguments: ends)
    func list(_ end: End) throws {
        let scene = try ExportScene()
        let vault = scene.house.vault
        let caseID = try caseID(scene)
        for n in 1...3 {
            _ = try vault.add(
                case: scene.code, form: "statement", fields: ["text": [.string("Sentence \(n).")]],
                scene.amina)
        }
        var reading = try vault.reading(case: scene.code, record: nil, version: nil, scene.louis)
        #expect(try reading.next() != nil)
        try end.act(scene, caseID)
        do {
            var count = 0
            while try reading.next() != nil { count += 1 }
            Issue.record("\(end): \(count) more records")
        } catch { #expect(error == end.error, "\(end)") }
    }

    @Test("A list goes on, whole, while colleagues write and somebody else is removed")
    func listOfAColleague() throws {
        let scene = try ExportScene()
        let vault = scene.house.vault
        let all = try vault.show(case: scene.code, record: nil, version: nil, scene.amina).count
        var reading = try vault.reading(case: scene.code, record: nil, version: nil, scene.amina)
        var count = 0
        while try reading.next() != nil {
            count += 1
            if count == 1 { _ = try vault.revoke(case: scene.code, name: "Louis", scene.sylvie) }
            _ = try vault.add(
                case: scene.code, form: "note", fields: ["summary": "Meanwhile."], scene.amina)
        }
        #expect(count == all)
    }

    @Test(
        "A bundle stops at the piece at which the right to it ends, the first one included", arguments: ends)
    func bundle(_ end: End) throws {
        for after in 0...1 {
            let scene = try ExportScene()
            let caseID = try caseID(scene)
            try scene.fill(byteCount: 200_000)
            let exported = try scene.export(withhold: [1, 2])
            #expect(try #require(exported.bundle).count > 3 * Vault.pieceByteCount)
            var pieces = 0
            #expect(throws: end.error, "\(end) after \(after)") {
                if after == 0 { try end.act(scene, caseID) }
                try scene.house.vault.give(exported) { piece throws(HavreError) in
                    #expect(piece.count <= Vault.pieceByteCount)
                    pieces += 1
                    do { try end.act(scene, caseID) } catch { Issue.record("\(end): \(error)") }
                }
            }
            #expect(pieces == after)
        }
    }

    @Test("A bundle that nobody stops arrives whole, also when colleagues write meanwhile")
    func wholeBundle() throws {
        let scene = try ExportScene()
        try scene.fill(byteCount: 200_000)
        let exported = try scene.export(withhold: [1, 2])
        var bytes: [UInt8] = []
        try scene.house.vault.give(exported) { piece throws(HavreError) in
            bytes += piece
            _ = try scene.house.vault.add(
                case: scene.code, form: "note", fields: ["summary": "Meanwhile."], scene.amina)
        }
        #expect(bytes == exported.bundle)
    }

    @Test(
        "A bundle is made while a colleague writes to the case at every moment at which it can be written to")
    func bundleAmongWriters() throws {
        // Whenever somebody asks what time it is, a colleague writes first, unless she waits for the case already.
        let write = Guarded<(@Sendable () -> Void)?>(nil)
        let isWriting = Guarded(false)
        let clock = Clock(
            now: {
                if let write = write.with({ $0 }),
                    isWriting.with({ was in
                        let new = !was; was = true; return new
                    })
                {
                    try? Threads.spawn {
                        write()
                        isWriting.with { $0 = false }
                        isWriting.broadcast()
                    }
                    isWriting.when({ !$0 }, withinMilliseconds: 2_000) { _ in }
                }
                return Clock.system.now()
            }, boot: { Clock.system.boot() })
        let scene = try ExportScene(clock: clock)
        let (vault, code, amina) = (scene.house.vault, scene.code, scene.amina)
        let count = Guarded(0)
        write.with {
            $0 = {
                let written = try? vault.add(
                    case: code, form: "note", fields: ["summary": "Meanwhile."], amina)
                if written != nil { count.with { $0 += 1 } }
            }
        }
        let outcome = refusal { _ = try scene.export(withhold: [1, 2]) }
        write.with { $0 = nil }
        isWriting.when({ !$0 }) { _ in }
        #expect(outcome == nil)
        #expect(count.with { $0 } > 3, "and whoever waited has written")
        let sent = try vault.auditLog(case: code, since: nil, scene.sylvie).filter { $0.act == "export" }
        #expect(sent.map(\.outcome) == ["done"])
    }

    @Test("A bundle that nobody waits for any more stops at its next piece, the first one included")
    func nobodyWaits() throws {
        let scene = try ExportScene()
        try scene.fill(byteCount: 200_000)
        let exported = try scene.export(withhold: [1, 2])
        for most in 0...2 {
            var count = 0
            #expect(throws: HavreError.busy) {
                try scene.house.vault.give(exported) { done, total throws(HavreError) in
                    #expect(done < total && Int(total) == exported.bundle?.count)
                    if count == most { throw .busy }
                } write: { _ throws(HavreError) in
                    count += 1
                }
            }
            #expect(count == most)
        }
    }

    @Test("A bundle is not made of a case that was closed while it was prepared")
    func closedMeanwhile() throws {
        let scene = try ExportScene()
        let vault = scene.house.vault
        let inside = try vault.inside(scene.code, scene.louis)
        try vault.close(case: scene.code, scene.louis)
        var draft = Draft(vault.store)
        #expect(throws: HavreError.notOpen) { _ = try vault.requireUnchanged(inside, &draft) }
    }
}

extension ExportScene {
    /// Louis's grant, anew.
    fileprivate func grant(_ compartments: [String]) throws {
        _ = try house.vault.grant(
            case: code,
            GrantRequest(
                name: "Louis", compartments: compartments, rights: ["read", "redact-export"], until: nil,
                purpose: "appeal"), sylvie)
    }

    /// Makes the statement so long that a bundle of it is, too.
    fileprivate func fill(byteCount: Int) throws {
        let sentence = String(repeating: "I worked every night. ", count: 40)
        let text =
            [
                "They took my passport.", "My number was 06 39 98 01 42.", "I am Blessing Okafor.",
            ] + Array(repeating: sentence, count: byteCount / sentence.utf8.count)
        _ = try house.vault.edit(
            case: code, record: statement,
            fields: [
                "kind": "first_account", "date": "2026-11-02", "text": .array(text.map { .string($0) }),
            ], amina)
    }
}
