import Foundation
import HavreCodec
import HavreEvidence
import HavreFormats
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre

/// A house with one case that has a statement, a consent and a confirmed recipient, and an adviser who may export.
struct ExportScene {
    let house: TestHouse
    let code: String
    let statement: Identifier
    let louis: Session
    let amina: Session
    let sylvie: Session
    let identity: AgeIdentity

    init(consents: Bool = true, confirms: Bool = true, clock: Clock = .system) throws {
        house = try TestHouse(clock: clock)
        let vault = house.vault
        sylvie = try house.unlock("Sylvie")
        amina = try house.hire("Amina", "caseworker", by: sylvie)
        louis = try house.hire("Louis", "legal", by: sylvie)
        code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try vault.open(case: code, purpose: "visit", amina)
        _ = try vault.add(
            case: code, form: "identity", fields: ["given_name": "Blessing", "family_name": "Okafor"], amina)
        _ = try vault.add(
            case: code, form: "safe-contact", fields: ["safe_phone": "+33639980142"], amina)
        statement = try vault.add(
            case: code, form: "statement",
            fields: [
                "kind": "first_account", "date": "2026-11-02",
                "text": [
                    "They took my passport.", "My number was 06 39 98 01 42.", "I am Blessing Okafor.",
                    "I worked every night.",
                ],
            ], amina
        ).record
        if consents {
            _ = try vault.add(
                case: code, form: "consent",
                fields: [
                    "given_by": "person", "recipient": "Maître Martin", "form_groups": ["evidence"],
                    "purpose": "asylum_claim", "status": "active",
                ], amina)
        }
        identity = try AgeIdentity()
        _ = try vault.addContact(
            ContactDraft(
                name: "Maître Martin", organisation: "Cabinet Martin", kind: "lawyer", language: "fr",
                key: identity.recipient.text, passphrase: false, checked: "by telephone"), louis)
        if confirms { _ = try vault.confirmContact(name: "Maître Martin", sylvie) }
        _ = try vault.grant(
            case: code,
            GrantRequest(
                name: "Louis", compartments: ["evidence", "consent"], rights: ["read", "redact-export"],
                until: nil,
                purpose: "appeal"), sylvie)
        _ = try vault.open(case: code, purpose: "appeal", louis)
    }

    func export(
        withhold: [Int], namesPerson: Bool = false, preview: Bool = false, named: Bool = true
    ) throws -> Exported {
        try house.vault.export(
            case: code,
            ExportRequest(
                profile: "court", contact: "maitre martin", to: nil, records: named ? [statement] : [],
                withhold: withhold.map { (statement, "text", $0) }, namesPerson: namesPerson),
            passphrase: nil,
            isPreview: preview, louis)
    }
}

@Suite struct ExportTests {
    @Test("What identifies is refused until it is withheld") func identifiesRefused() throws {
        let scene = try ExportScene()
        #expect(throws: HavreError.self) { try scene.export(withhold: []) }
        do { _ = try scene.export(withhold: [2]) } catch HavreError.identified(let leak) {
            let words = leak.words
            #expect(words.contains(scene.statement.hex + ":text:1") && !words.contains("06 39"))
            #expect(leak.spots.contains { $0.form == "statement" && $0.field == "text" && $0.n == 1 })
        }
        let exported = try scene.export(withhold: [1, 2])
        #expect(exported.disclosed.contains { $0.field == "text" && $0.n == 0 })
        #expect(exported.withheld.contains { $0.field == "text" && $0.n == 1 })
        let plain = try Age.decrypt(
            try #require(exported.bundle), AgeDecryptor(identities: [scene.identity]))
        let layers = Layers(plain)
        for secret in ["Blessing", "Okafor", "06 39", scene.code, "Amina", "Louis", scene.statement.hex] {
            #expect(!layers.hold(secret), "\(secret)")
        }
        #expect(layers.hold("They took my passport.") && layers.hold("passport"))
        let verdict = BundleVerifier.verify(plain, fingerprint: scene.house.fingerprint)
        #expect(verdict.isValid && verdict.records.count == 1, "\(verdict.problems)")
        #expect(!BundleVerifier.verify(plain, fingerprint: String(repeating: "0", count: 64)).isValid)
    }

    @Test("Every record is proven to be in the ledger") func everyRecord() throws {
        let scene = try ExportScene()
        let vault = scene.house.vault
        func place() throws -> LedgerReceipts.Place {
            let bundle = try #require(try scene.export(withhold: [1, 2]).bundle)
            let plain = try Age.decrypt(bundle, AgeDecryptor(identities: [scene.identity]))
            let verdict = BundleVerifier.verify(plain, fingerprint: scene.house.fingerprint)
            return try #require(verdict.records.first?.place)
        }
        let first = try place()
        let log = try vault.auditLog(case: nil, since: nil, scene.sylvie)
        let written = try #require(log.first { $0.act == "add" && $0.records == [scene.statement] })
        #expect(UInt64(first.index) == written.index && first.size <= log.count)
        // More entries than a tile has, a new version, and a start.
        for _ in 0..<260 { try vault.log(vault.event("find", scene.amina)) }
        #expect(try place().index == first.index)
        _ = try vault.edit(
            case: scene.code, record: scene.statement,
            fields: [
                "kind": "first_account", "date": "2026-11-02",
                "text": ["They took my passport.", "One.", "Two."],
            ], scene.amina)
        #expect(try place().index > first.index + 260)
        // Another writer's entry may come between the building of a write and its own.
        let inside = try vault.inside(scene.code, scene.amina)
        let version = try #require(inside.index.records[scene.statement]?.last)
        #expect(version.receipt.since > 0)
        let early = RowFacts.Receipt(since: 0, salt: version.receipt.salt)
        let jws = try SDJWT(parsing: try vault.readWithText(version, inside).text).jws
        let ledger = StoredLedger(store: vault.store)
        let size = vault.journal.checkpoint().size
        #expect(
            try vault.leaf(of: early, jws: jws, below: size, in: ledger).number >= version.receipt.since)
        let foreign = RowFacts.Receipt(since: 0, salt: Random.bytes(16))
        #expect(throws: HavreError.self) {
            try vault.leaf(of: foreign, jws: jws, below: size, in: ledger)
        }
    }

    @Test("A bundle may keep the ledger to itself") func bundleKeep() throws {
        let scene = try ExportScene()
        let request = ExportRequest(
            profile: "court", contact: "maitre martin", to: nil, records: [scene.statement],
            withhold: [1, 2].map { (scene.statement, "text", $0) }, namesPerson: false, hasReceipts: false)
        let sent = try scene.house.vault.export(
            case: scene.code, request, passphrase: nil, isPreview: false, scene.louis)
        let plain = try Age.decrypt(
            try #require(sent.bundle), AgeDecryptor(identities: [scene.identity]))
        let verdict = BundleVerifier.verify(plain, fingerprint: scene.house.fingerprint)
        #expect(verdict.isValid && verdict.records.allSatisfy { $0.place == nil })
    }

    @Test("Every changed byte of a bundle is found") func everyChanged() throws {
        let scene = try ExportScene()
        let bundle = try #require(try scene.export(withhold: [1, 2]).bundle)
        let plain = try Age.decrypt(bundle, AgeDecryptor(identities: [scene.identity]))
        var silent = 0
        for place in stride(from: 0, to: plain.count, by: 397) {
            var changed = plain
            changed[place] ^= 1
            if BundleVerifier.verify(changed).isValid { silent += 1 }
        }
        // A header of ustar has bytes that mean nothing to a reader; every byte of content is covered.
        #expect(silent == 0)
        var cut = bundle
        cut[cut.count / 2] ^= 1
        #expect(!BundleVerifier.verify(encrypted: cut, identities: [scene.identity]).isValid)
    }

    @Test("Without consent nothing leaves") func withoutConsent() throws {
        let scene = try ExportScene(consents: false)
        #expect {
            try scene.export(withhold: [1, 2])
        } throws: { error in
            if case HavreError.consentMissing = error { true } else { false }
        }
    }

    @Test("An unconfirmed contact needs approval") func unconfirmedContact() throws {
        let scene = try ExportScene(confirms: false)
        #expect {
            try scene.export(withhold: [1, 2])
        } throws: { error in
            if case HavreError.needsApproval = error { true } else { false }
        }
    }

    @Test("A statement leaves only when it is named") func statementLeaves() throws {
        let scene = try ExportScene()
        #expect(throws: HavreError.self) { try scene.export(withhold: [], named: false) }
        let log = try scene.house.vault.auditLog(case: nil, since: nil, scene.sylvie)
        #expect(!log.contains { $0.act == "export" })
    }
}
