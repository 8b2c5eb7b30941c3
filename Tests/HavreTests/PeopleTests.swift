import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

@Suite struct PeopleTests {
    @Test("After panic only a supervisor opens the house") func afterPanic() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        house.vault.panic()
        #expect(throws: (any Error).self) { try house.vault.cases(amina) }
        #expect(throws: HavreError.gateClosed) { try house.unlock("Amina") }
        try house.reopen()
        #expect(!house.vault.isServing)
        #expect(throws: HavreError.gateClosed) { try house.unlock("Amina") }
        #expect(throws: HavreError.wrongPassphrase) {
            try house.vault.unlock(name: "Sylvie", passphrase: secret("something else"), keyFile: nil)
        }
        _ = try house.unlock("Sylvie")
        #expect(house.vault.isServing)
        let again = try house.unlock("Amina")
        #expect(try house.vault.cases(again).map(\.code) == [code])
        // The gate opens by itself again.
        try house.reopen()
        #expect(house.vault.isServing)
    }

    @Test("A changed passphrase replaces the old one") func changedPassphrase() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        #expect(throws: HavreError.wrongPassphrase) {
            try house.vault.passwd(
                old: secret("wrong"), new: secret("new phrase"), keyFile: nil, newKeyFile: nil, sylvie)
        }
        try house.vault.passwd(
            old: secret("sylvie phrase"), new: secret("new phrase"), keyFile: nil, newKeyFile: nil, sylvie)
        #expect(throws: HavreError.wrongPassphrase) { try house.unlock("Sylvie") }
        _ = try house.vault.unlock(name: "sylvie ", passphrase: secret("new phrase"), keyFile: nil)
    }

    @Test("What another reader keeps in the files is a warning until it is gone")
    func anotherReader() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let path = house.folder.appendingPathComponent("vault/vault.db").path
        let outside = try HavreStore.Connection(path: path)
        try outside.execute("BEGIN")
        _ = try outside.integerAnswer("SELECT count(*) FROM item")
        // Not waited for here: the busy time would be spent.
        try house.vault.store.leader.vault.connection.execute("PRAGMA busy_timeout = 10")
        try house.vault.passwd(
            old: secret("sylvie phrase"), new: secret("new phrase"), keyFile: nil, newKeyFile: nil, sylvie)
        #expect(house.vault.warnings.contains("remnants"))
        try house.vault.noteRefusal("show", case: nil, outcome: "NotFound", uid: 9, nil)
        // Longer than the gate waits before it follows: that try is in vain, and nobody writes after it. Nor does it
        // end a check that began meanwhile.
        house.vault.store.longReads.begin(outside)
        var rows = 0
        try outside.prepare("SELECT 1 UNION SELECT 2").forEach { _ throws(SQLError) in
            if rows == 0 { usleep(900_000) }
            rows += 1
            return true
        }
        #expect(rows == 2)
        #expect(house.vault.warnings.contains("remnants"))
        house.vault.store.longReads.end(outside)
        try outside.execute("COMMIT")
        let end = Date().addingTimeInterval(60)
        while house.vault.warnings.contains("remnants"), Date() < end { usleep(20_000) }
        #expect(!house.vault.warnings.contains("remnants"))
    }

    @Test("A second supervisor has the house and a third needs two") func secondSupervisor() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let odile = try house.hire("Odile", "supervisor", by: sylvie)
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        #expect(try house.vault.cases(odile).map(\.code) == [code])
        #expect(throws: (any Error).self) { try house.hire("Paul", "supervisor", by: sylvie) }
        // Odile can open the house after a panic: her copy of the gate key was made at her unlock.
        house.vault.panic()
        _ = try house.unlock("Odile")
        #expect(house.vault.isServing)
    }

    @Test("A reset person gets her cases back with new keys") func resetPerson() throws {
        let house = try TestHouse()
        let vault = house.vault
        let (sylvie, amina, louis, own) = try house.team()
        let other = try vault.newCase(owner: "Louis", backup: nil, risk: nil, lang: nil, sylvie)
        _ = try vault.grant(
            case: other,
            GrantRequest(
                name: "Amina", compartments: ["core"], rights: ["read"], until: nil, purpose: "handover"),
            sylvie)
        _ = try vault.open(case: own, purpose: "visit", amina)
        let written = try vault.add(case: own, form: "note", fields: ["summary": "A first call."], amina)
        let invited = try vault.invite(name: "Amina", role: nil, resets: true, sylvie)
        let enrolled = try vault.enrol(
            name: "Amina", code: secret(invited.code), passphrase: secret("fresh phrase"), keyFile: nil,
            lang: "fr")
        #expect(throws: HavreError.wrongPassphrase) { try house.unlock("Amina") }
        _ = try vault.confirm(name: "Amina", words: enrolled.words, sylvie)
        let again = try vault.unlock(name: "Amina", passphrase: secret("fresh phrase"), keyFile: nil).session
        #expect(Set(try vault.cases(again).map(\.code)) == [own, other])
        _ = try vault.open(case: own, purpose: "visit", again)
        #expect(try vault.show(case: own, record: written.record, version: nil, again).count == 1)
        _ = try vault.edit(case: own, record: written.record, fields: ["summary": "A second call."], again)
        // The session of the old keys sees nothing any more.
        #expect(throws: HavreError.self) {
            try vault.show(case: own, record: written.record, version: nil, amina)
        }
        _ = louis
        #expect(try vault.check(nil).problems.isEmpty)
    }

    @Test("The owner of a case changes and the former owner keeps nothing") func ownerCase() throws {
        let house = try TestHouse()
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let bintou = try house.hire("Bintou", "caseworker", by: sylvie)
        let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try vault.open(case: code, purpose: "visit", amina)
        let record = try vault.add(case: code, form: "note", fields: ["summary": "Called."], amina).record
        try vault.assign(case: code, owner: "Bintou", backup: nil, sylvie)
        #expect(throws: HavreError.notFound) { try vault.show(case: code, record: nil, version: nil, amina) }
        #expect(try vault.cases(amina).isEmpty)
        _ = try vault.open(case: code, purpose: "handover", bintou)
        #expect(try vault.show(case: code, record: record, version: nil, bintou)[0].author == "Amina")
        #expect(try vault.card(case: code, bintou).owner == "Bintou")
    }

    @Test("A key file is part of the passphrase") func keyFile() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let file = Passphrase.keyFile(SecretBytes(copying: Array("contents of a key file".utf8)))
        let invited = try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        let enrolled = try house.vault.enrol(
            name: "Amina", code: secret(invited.code), passphrase: secret("amina phrase"), keyFile: file,
            lang: nil)
        _ = try house.vault.confirm(name: "Amina", words: enrolled.words, sylvie)
        #expect(throws: HavreError.wrongPassphrase) { try house.unlock("Amina") }
        _ = try house.vault.unlock(name: "Amina", passphrase: secret("amina phrase"), keyFile: file)
    }

    @Test("A code works once and only for its name") func codeWorks() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let invited = try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        #expect(throws: HavreError.wrongPassphrase) {
            try house.vault.enrol(
                name: "Bintou", code: secret(invited.code), passphrase: secret("x phrase"), keyFile: nil,
                lang: nil)
        }
        let typed = invited.code.lowercased().replacing("-", with: " ")
        let enrolled = try house.vault.enrol(
            name: "amina", code: secret(typed), passphrase: secret("amina phrase"), keyFile: nil, lang: nil)
        #expect(throws: HavreError.wrongPassphrase) {
            try house.vault.enrol(
                name: "Amina", code: secret(invited.code), passphrase: secret("other phrase"), keyFile: nil,
                lang: nil)
        }
        #expect(throws: HavreError.self) {
            _ = try house.vault.confirm(name: "Amina", words: "one two three four five six", sylvie)
        }
        #expect(enrolled.name == "Amina")
    }

    @Test("An attachment comes back as it was") func attachmentComes() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try house.vault.open(case: code, purpose: "visit", amina)
        for count in [0, 1, 65_528, 65_529, 200_000, 262_136, 262_137, 1_000_000] {
            let original = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let path = house.folder.appendingPathComponent("file-\(count)")
            try Data(original).write(to: path)
            let file = try Descriptor.open(path.path, [.read])
            let attached = try house.vault.attach(case: code, title: "A file", file: file, amina)
            var back: [UInt8] = []
            let given = try house.vault.fetch(case: code, attachment: attached.attachment, amina) {
                piece throws(HavreError) in back += piece
            }
            #expect(back == original && given.blake2b == Hash.blake2b256(original), "\(count)")
            #expect(attached.blake2b == given.blake2b && given.byteCount == UInt64(count), "\(count)")
        }
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    @Test("A lock or a panic ends a file on its way at the next piece, and a look at many records")
    func lockedMeanwhile() throws {
        for panics in [false, true] {
            let house = try TestHouse(inMemory: true)
            let vault = house.vault
            let sylvie = try house.unlock("Sylvie")
            let amina = try house.hire("Amina", "caseworker", by: sylvie)
            let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try vault.open(case: code, purpose: "visit", amina)
            let path = house.folder.appendingPathComponent("large")
            try Data(count: 400_000).write(to: path)
            let attached = try vault.attach(
                case: code, title: nil, file: try Descriptor.open(path.path, [.read]), amina)
            var pieces = 0
            #expect(throws: HavreError.locked) {
                _ = try vault.fetch(case: code, attachment: attached.attachment, amina) {
                    _ throws(HavreError) in
                    pieces += 1
                    if panics { vault.panic() } else { vault.lock(amina) }
                }
            }
            #expect(pieces == 1)
            let again = panics ? try house.unlock("Sylvie") : sylvie
            let fresh = try house.unlock("Amina")
            _ = try vault.open(case: code, purpose: "visit", fresh)
            #expect(throws: HavreError.self) {
                _ = try vault.attach(
                    case: code, title: nil, file: try Descriptor.open(path.path, [.read]), fresh,
                    progress: { _, _ in vault.lock(fresh) })
            }
            #expect(try vault.check(again).problems.isEmpty)
        }
    }
}
