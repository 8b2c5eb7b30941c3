import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre

/// Many people at the same moment.
@Suite(.serialized) struct ConcurrencyTests {
    /// What the threads noted.
    private struct Notes {
        var acknowledged: [String: [Identifier: UInt32]] = [:]
        /// What must not happen.
        var surprises: [String] = []
        var counts: [String: Int] = [:]
    }

    @Test("Reads, writes, grants, removals and locks at once: nothing is lost, nothing opens after a removal")
    func everythingAtOnce() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let louis = try house.hire("Louis", "legal", by: sylvie)
        let zoe = try house.hire("Zoe", "caseworker", by: sylvie)
        let codes = try (0..<4).map { _ in
            try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        let records = try codes.map { code in
            _ = try vault.open(case: code, purpose: "visit", amina)
            return try vault.add(case: code, form: "note", fields: ["summary": "v1"], amina).record
        }
        let notes = Guarded(Notes())
        // Longer by hand: HAVRE_ATTACK_SECONDS=60 swift test --sanitize=thread --filter ConcurrencyTests
        let seconds = Double(ProcessInfo.processInfo.environment["HAVRE_ATTACK_SECONDS"] ?? "") ?? 1.5
        let until = Clock.milliseconds() + Int64(seconds * 1_000)
        // On a slow machine until each of these has been done.
        let wanted = ["write", "own read", "grant", "revoke"]
        @Sendable func goesOn() -> Bool {
            let left = until - Clock.milliseconds()
            guard left <= 0, left > -60_000 else { return left > 0 }
            return notes.with { notes in wanted.contains { notes.counts["\($0): done"] == nil } }
        }
        inParallel(16) { thread in
            var turn = thread
            while goesOn() {
                turn += 1
                let place = turn % 4
                let code = codes[place]
                switch thread {
                case 0...4:
                    Self.write(vault, code, records[place], amina, thread, notes)
                case 5...9:
                    let shown = refusal {
                        _ = try vault.open(case: code, purpose: "appeal", louis)
                        _ = try vault.show(case: code, record: nil, version: nil, louis)
                    }
                    Self.note(shown, "read", notes)
                    if shown != nil { Clock.sleep(milliseconds: 3) }
                case 10, 11:
                    // One supervisor a case: the order of her own answers is known.
                    Self.grantAndRevoke(vault, codes[thread - 10], sylvie, louis, notes)
                case 12:
                    let outcome = refusal {
                        _ = try vault.show(case: code, record: records[place], version: nil, amina)
                    }
                    Self.note(outcome, "own read", notes)
                    if let outcome, outcome != "Busy" {
                        notes.with { $0.surprises.append("own read: \(outcome)") }
                    }
                case 13:
                    Self.note(refusal { try vault.label(case: code, "label \(turn)", amina) }, "label", notes)
                case 14:
                    let mine = refusal {
                        let session = try vault.unlock(
                            name: "Zoe", passphrase: secret("zoe phrase"), keyFile: nil
                        ).session
                        _ = try vault.cases(session)
                        vault.lock(session)
                        guard (try? vault.staff(session)) == nil else { throw HavreError.failed("alive") }
                    }
                    Self.note(mine, "lock", notes)
                    if mine == "Internal" { notes.with { $0.surprises.append("a locked session went on") } }
                default:
                    Self.note(
                        refusal { _ = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, zoe) },
                        "case new", notes)
                    Clock.sleep(milliseconds: 30)
                }
            }
        }
        let found = notes.with { $0 }
        #expect(found.surprises == [])
        let problems = found.counts.filter { $0.key.contains("Tampered") || $0.key.contains("Internal") }
        #expect(problems == [:], "\(found.counts)")
        for act in wanted {
            #expect((found.counts["\(act): done"] ?? 0) > 0, "\(found.counts)")
        }
        try Self.judge(house, found, codes)
    }

    private static func note(_ outcome: String?, _ act: String, _ notes: Guarded<Notes>) {
        notes.with { $0.counts["\(act): \(outcome ?? "done")", default: 0] += 1 }
    }

    private static func write(
        _ vault: Vault, _ code: String, _ record: Identifier, _ amina: Session, _ thread: Int,
        _ notes: Guarded<Notes>
    ) {
        let outcome = refusal {
            let written =
                thread < 3
                ? try vault.edit(
                    case: code, record: record, fields: ["summary": .string("by \(thread)")], amina)
                : try vault.add(case: code, form: "note", fields: ["summary": .string("by \(thread)")], amina)
            notes.with {
                $0.acknowledged[code, default: [:]][written.record] = max(
                    written.version, $0.acknowledged[code]?[written.record] ?? 0)
            }
        }
        note(outcome, "write", notes)
        if let outcome, outcome != "Busy" { notes.with { $0.surprises.append("write: \(outcome)") } }
    }

    private static func grantAndRevoke(
        _ vault: Vault, _ code: String, _ sylvie: Session, _ louis: Session,
        _ notes: Guarded<Notes>
    ) {
        let request = GrantRequest(
            name: "Louis", compartments: ["notes", "core"], rights: ["read"], until: nil, purpose: "appeal")
        note(refusal { _ = try vault.grant(case: code, request, sylvie) }, "grant", notes)
        Clock.sleep(milliseconds: 20)
        let removed = refusal { _ = try vault.revoke(case: code, name: "Louis", sylvie) }
        note(removed, "revoke", notes)
        guard removed == nil else { return }
        // Answered: from now on nothing opens, and only this thread could give it back.
        for _ in 0..<3 {
            let shown = refusal { _ = try vault.show(case: code, record: nil, version: nil, louis) }
            let opened = refusal { _ = try vault.open(case: code, purpose: "appeal", louis) }
            for outcome in [shown, opened] where outcome != "NotFound" {
                notes.with { $0.surprises.append("after the removal: \(outcome ?? "done")") }
            }
        }
    }

    /// Everything that was acknowledged is there, in order, also after a restart; the ledger holds no read behind a
    /// removal.
    private static func judge(_ house: TestHouse, _ found: Notes, _ codes: [String]) throws {
        for restarts in [false, true] {
            if restarts { try house.reopen() }
            let vault = house.vault
            let amina = try house.unlock("Amina")
            for code in codes {
                _ = try vault.open(case: code, purpose: "review", amina)
                for (record, version) in found.acknowledged[code] ?? [:] {
                    let history = try vault.history(case: code, record: record, amina).map(\.version)
                    #expect(history == Array(1...UInt32(history.count)))
                    #expect(history.count >= Int(version))
                }
            }
            #expect(try vault.check(nil).problems.isEmpty)
            #expect(try vault.auditVerify(against: nil, amina).ok)
            let sylvie = try house.unlock("Sylvie")
            let made = found.counts["case new: done"] ?? 0
            let listed = try vault.cases(sylvie).map(\.code)
            #expect(listed.count == made + 4)
            for code in listed { #expect(try vault.card(case: code, sylvie).code == code) }
            for code in codes { try judgeLedger(vault, code, sylvie) }
        }
    }

    private static func judgeLedger(_ vault: Vault, _ code: String, _ sylvie: Session) throws {
        var isOn = false
        for line in try vault.auditLog(case: code, since: nil, sylvie) {
            if line.act == "grant", line.outcome == "done" { isOn = true }
            if line.act == "revoke", line.outcome == "done" { isOn = false }
            if line.actor == "Louis", ["open", "show", "read"].contains(line.act) {
                #expect(isOn, "entry \(line.index): \(line.act) behind a removal")
            }
        }
    }

    @Test("People and cases that are made at the same moment all come to be, and are there after a restart")
    func manyAtOnce() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let made = Guarded<Set<String>>([])
        let failed = Guarded<[String]>([])
        inParallel(12) { index in
            let outcome = refusal {
                if index % 2 == 0 {
                    let name = "Person \(index)"
                    let invited = try vault.invite(name: name, role: "caseworker", resets: false, sylvie)
                    let enrolled = try vault.enrol(
                        name: name, code: secret(invited.code),
                        passphrase: secret("phrase \(index)"),
                        keyFile: nil, lang: nil)
                    _ = try vault.confirm(name: name, words: enrolled.words, sylvie)
                    _ = try vault.unlock(name: name, passphrase: secret("phrase \(index)"), keyFile: nil)
                } else {
                    for _ in 0..<6 {
                        let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
                        made.with { _ = $0.insert(code) }
                    }
                }
            }
            if let outcome { failed.with { $0.append("\(index): \(outcome)") } }
        }
        // Whoever lost the race too often is told so, and nothing else.
        #expect(failed.with { $0 }.allSatisfy { $0.hasSuffix("Busy") }, "\(failed.with { $0 })")
        try house.reopen()
        let again = try house.unlock("Amina")
        for code in made.with({ $0 }) {
            #expect(
                refusal { _ = try house.vault.open(case: code, purpose: "visit", again) } == nil, "\(code)")
        }
        if failed.with({ $0.isEmpty }) {
            #expect(try house.vault.staff(try house.unlock("Sylvie")).filter { $0.state != "active" }.isEmpty)
        }
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    @Test(
        "A case opens, and tells its owner who opened it, while somebody else is removed from it in that very moment"
    )
    func removalMeanwhile() throws {
        for moment in 0..<8 {
            // Counts how often the time is asked for, and removes Louis at one of these moments.
            let left = Guarded(-1)
            let removal = Guarded<(@Sendable () -> Void)?>(nil)
            let time = TestClock()
            let clock = Clock(
                now: {
                    let isNow = left.with { left in
                        left -= 1
                        return left == -1
                    }
                    if isNow { removal.with { $0 }?() }
                    return time.clock.now()
                }, boot: { time.clock.boot() })
            let house = try TestHouse(clock: clock, inMemory: true)
            let vault = house.vault
            let (sylvie, amina, _, code) = try house.team()
            let request = GrantRequest(
                name: "Louis", compartments: ["notes"], rights: ["read"], until: nil, purpose: "appeal")
            let isDone = Guarded(false)
            let acts: [() throws -> Void] = [
                { _ = try vault.open(case: code, purpose: "visit", amina) },
                { _ = try vault.whoOpened(case: code, amina) },
            ]
            for act in acts {
                _ = try vault.grant(case: code, request, sylvie)
                isDone.with { $0 = false }
                removal.with {
                    $0 = {
                        removal.with { $0 = nil }
                        // Where the moment lies inside of a lock that a removal needs, it goes on without it.
                        try? Threads.spawn {
                            _ = try? vault.revoke(case: code, name: "Louis", sylvie)
                            isDone.with { $0 = true }
                            isDone.broadcast()
                        }
                        isDone.when({ $0 }, withinMilliseconds: 500) { _ in }
                    }
                }
                left.with { $0 = moment }
                #expect(refusal(act) == nil, "\(moment)")
                left.with { $0 = -1 }
                if removal.with({ $0 == nil }) { isDone.when({ $0 }) { _ in } }
                removal.with { $0 = nil }
            }
        }
    }
}
