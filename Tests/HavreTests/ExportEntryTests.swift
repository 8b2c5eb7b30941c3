import Foundation
import HavreCodec
import HavreEvidence
import HavreFormats
import HavreSecrets
import Testing

@testable import Havre

/// What the ledger knows of an export, and when.
@Suite struct ExportEntryTests {
    @Test("What is read has an entry, what is sent one with recipient and digest; a preview sends nothing")
    func entries() throws {
        let scene = try ExportScene()
        let before = try scene.entries("read").count
        let preview = try scene.send(scene.request(), preview: true)
        #expect(preview.bundle == nil && preview.digest == nil && !preview.disclosed.isEmpty)
        #expect(try scene.entries("export").isEmpty)
        #expect(try scene.entries("read").count == before + 1)
        #expect(try scene.entries("read").last?.records.contains(scene.statement) == true)
        let sent = try scene.send(scene.request())
        let entry = try #require(try scene.entries("export").first)
        #expect(entry.actor == "Louis" && entry.outcome == "done" && entry.records == [scene.statement])
        #expect(sent.digest == sent.bundle.map { Hash.sha256($0) })
        let receipt = try scene.vault.revoke(case: scene.code, name: "Louis", scene.sylvie)
        #expect(receipt.exported.map(\.bundle) == [sent.digest?.hex ?? ""])
        #expect(receipt.exported.map(\.contact) == ["Maître Martin"])
        #expect(try scene.vault.auditVerify(against: nil, scene.sylvie).ok)
    }

    @Test("Every refusal by the guard is an entry, and who meets too many waits")
    func refusals() throws {
        let scene = try ExportScene()
        for preview in [true, false] {
            #expect(scene.refusal(scene.request(withhold: []), preview: preview) == "Identified")
        }
        #expect(try scene.entries("export").map(\.outcome) == ["identified", "identified"])
        #expect(try scene.entries("export").allSatisfy { $0.records == [scene.statement] })
        let (person, boot) = (scene.louis.person.person, scene.vault.clock.boot())
        scene.vault.guesses.with { guesses in
            for _ in 0..<GuessAllowance.refusalCountMax { guesses.refused(person, boot: boot) }
        }
        #expect(scene.refusal(scene.request()) == "TooManyAttempts")
        #expect(scene.refusal(scene.request(), by: scene.amina) == nil, "her colleague does not wait for it")
    }

    @Test("Nobody has a telephone book or a dictionary looked at, however the previews pass")
    func books() throws {
        let scene = try ExportScene()
        func preview(_ sentences: [String]) throws -> String? {
            let record = try scene.add(
                "statement",
                ["kind": "court", "date": "2026-11-02", "text": .array(sentences.map { .string($0) })])
            return scene.refusal(scene.request(records: [record], withhold: []), preview: true)
        }
        func numbers(_ range: Range<Int>) -> String {
            range.map { "06" + String(10_000_000 + $0 * 7) }.joined(separator: " ")
        }
        #expect(try preview([numbers(0..<200)]) == nil)
        // What was looked at before is looked at again as often as it takes.
        for _ in 0..<3 { #expect(try preview([numbers(0..<200)]) == nil) }
        #expect(try preview((0..<12).map { numbers($0 * 200..<($0 + 1) * 200) }) == "TooManyAttempts")
        #expect(
            scene.refusal(scene.request(), preview: true) == "TooManyAttempts", "not by another record either"
        )
        #expect(scene.refusal(scene.request(), by: scene.amina) == nil, "her colleague does not wait for it")
    }

    @Test("An exporter who never wrote signs under a key of her own, certified in the chain once")
    func exporterKey() throws {
        let scene = try ExportScene()
        func authors() throws -> Int {
            try scene.vault.inside(scene.code, scene.amina).chain.authors.count
        }
        let before = try authors()
        _ = try scene.send(scene.request())
        #expect(try authors() == before + 1)
        _ = try scene.send(scene.request())
        #expect(try authors() == before + 1)
        try scene.house.reopen()
        let louis = try scene.house.unlock("Louis")
        _ = try scene.vault.open(case: scene.code, purpose: "appeal", louis)
        let again = try scene.opened(try scene.send(scene.request(), by: louis))
        #expect(BundleVerifier.verify(again, fingerprint: scene.house.fingerprint).isValid)
    }

    @Test("What changes between the reading and the sending stops the sending")
    func changesMeanwhile() throws {
        let scene = try ExportScene()
        let inside = try scene.vault.inside(scene.code, scene.louis)
        let contact = try #require(Vault.find("Maître Martin", in: inside.directory))
        func parcel() throws -> Parcel {
            let rows = try scene.vault.rows(scene.request(), .court, inside)
            let selection = try scene.vault.select(scene.request(), .court, rows, inside)
            let builder = BundleBuilder(
                selection: selection, profile: .court, language: .fr, recipient: "x",
                date: scene.vault.today, fingerprint: inside.directory.fingerprint, person: "A",
                opening: .key, hasReceipts: true)
            return Parcel(
                builder: builder, draft: try builder.draft(), contact: contact,
                key: try AgeFileKey(recipients: [scene.identity.recipient]))
        }
        let ready = try parcel()
        #expect(HavreError.name { _ = try scene.vault.send(ready, inside) } == nil)
        // Her own author key has just been certified: the case has changed for the one who read it before.
        #expect(HavreError.name { _ = try scene.vault.send(ready, inside) } == "Busy")
        let fresh = try scene.vault.inside(scene.code, scene.louis)
        _ = try scene.vault.retireContact(name: "Maître Martin", scene.sylvie)
        #expect(HavreError.name { _ = try scene.vault.send(ready, fresh) } == "Busy")
        #expect(try scene.entries("export").count == 1)
    }
}
