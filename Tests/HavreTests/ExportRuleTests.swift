import Foundation
import HavreCodec
import HavreEvidence
import HavreFormats
import HavreSecrets
import Testing

@testable import Havre

extension HavreError {
    /// The name of what a call refuses with, nil when it does not.
    static func name(of body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as HavreError { return error.name } catch { return "\(error)" }
    }
}

extension ExportScene {
    var vault: Vault { house.vault }

    func request(
        profile: String = "court", contact: String = "Maître Martin", to: String? = nil,
        records: [Identifier]? = nil, withhold: [(Identifier, String, Int?)]? = nil, namesPerson: Bool = false
    ) -> ExportRequest {
        ExportRequest(
            profile: profile, contact: contact, to: to, records: records ?? [statement],
            withhold: (withhold ?? [(statement, "text", 1), (statement, "text", 2)])
                .map { ($0.0, $0.1, $0.2) },
            namesPerson: namesPerson)
    }

    @discardableResult
    func send(
        _ request: ExportRequest, passphrase: String? = nil, preview: Bool = false, by session: Session? = nil
    ) throws -> Exported {
        let phrase: SecretBytes? =
            if let passphrase { SecretBytes(copying: Array(passphrase.utf8)) } else { nil }
        return try vault.export(
            case: code, request, passphrase: phrase, isPreview: preview, session ?? louis)
    }

    func refusal(_ request: ExportRequest, preview: Bool = false, by session: Session? = nil) -> String? {
        HavreError.name { try send(request, preview: preview, by: session) }
    }

    func entries(_ act: String) throws -> [LogLine] {
        try vault.auditLog(case: nil, since: nil, sylvie).filter { $0.act == act }
    }

    func opened(_ exported: Exported) throws -> [UInt8] {
        try Age.decrypt(try #require(exported.bundle), AgeDecryptor(identities: [identity]))
    }

    /// A version of a record that is not the first one's.
    func add(_ form: String, _ fields: JSON) throws -> Identifier {
        try vault.add(case: code, form: form, fields: fields, amina).record
    }

    func consent(_ change: (inout [String: JSON]) -> Void) throws -> Identifier {
        var fields: [String: JSON] = [
            "given_by": "person", "recipient": "Maître Martin", "form_groups": ["evidence"],
            "purpose": "asylum_claim", "status": "active",
        ]
        change(&fields)
        return try add("consent", .object(fields))
    }
}

/// What has to hold before anything leaves.
@Suite struct ExportRuleTests {
    @Test("Only who may redact and export the parts that leave exports, and only what the profile allows")
    func rights() throws {
        let scene = try ExportScene()
        let identity = try scene.add("identity", ["given_name": "Blessing"])
        let note = try scene.add("note", ["date": "2026-11-02", "summary": "Canary"])
        #expect(scene.refusal(scene.request(records: [identity], withhold: [])) == "NotGranted")
        #expect(scene.refusal(scene.request(records: [identity], withhold: []), by: scene.amina) == "Invalid")
        #expect(scene.refusal(scene.request(records: [note], withhold: []), by: scene.amina) == "Invalid")
        #expect(scene.refusal(scene.request(records: [Random.identifier()])) == "NotFound")
        #expect(scene.refusal(scene.request(contact: "Maître Personne")) == "NotFound")
        for profile in ["police", "donor", "", "COURT"] {
            #expect(scene.refusal(scene.request(profile: profile)) == "Invalid")
        }
        #expect(scene.refusal(scene.request(), by: scene.amina) == nil, "the owner may")
        #expect(scene.refusal(scene.request(), by: scene.sylvie) == "NotGranted")
        _ = try scene.vault.grant(
            case: scene.code,
            GrantRequest(
                name: "Louis", compartments: ["evidence", "consent"], rights: ["read"], until: nil,
                purpose: "appeal"), scene.sylvie)
        for records: [Identifier] in [[scene.statement], []] {
            #expect(scene.refusal(scene.request(records: records)) == "NotGranted")
            #expect(scene.refusal(scene.request(records: records), preview: true) == "NotGranted")
        }
        _ = try scene.vault.revoke(case: scene.code, name: "Louis", scene.sylvie)
        #expect(scene.refusal(scene.request()) == "NotFound")
    }

    @Test("Consent is for this recipient, these parts, this purpose and today, and ends when it is withdrawn")
    func consent() throws {
        let scene = try ExportScene(consents: false)
        for change: (inout [String: JSON]) -> Void in [
            { $0["recipient"] = "Maître Martinez" }, { $0["form_groups"] = ["identification"] },
            { $0["purpose"] = "research" }, { $0["valid_until"] = "2020-01-01" },
            { $0["valid_from"] = "2190-01-01" }, { $0["status"] = "refused" }, { $0["given_by"] = nil },
        ] { _ = try scene.consent(change) }
        #expect(scene.refusal(scene.request()) == "ConsentMissing")
        #expect(scene.refusal(scene.request(), preview: true) == "ConsentMissing")
        let contact = try #require(try scene.vault.contacts(scene.louis).first)
        let good = try scene.consent { $0["recipient"] = .string(contact.contact.hex) }
        #expect(scene.refusal(scene.request()) == nil)
        _ = try scene.consent { $0["status"] = "refused" }
        #expect(scene.refusal(scene.request()) == "ConsentMissing", "a later decision is a record of its own")
        func correct(_ status: String) throws {
            _ = try scene.vault.edit(
                case: scene.code, record: good,
                fields: [
                    "given_by": "person", "recipient": .string(contact.contact.hex),
                    "form_groups": ["evidence", "identification"], "purpose": "asylum_claim",
                    "status": .string(status),
                ], scene.amina)
        }
        try correct("active")
        #expect(scene.refusal(scene.request()) == "ConsentMissing", "a yes that is corrected is no newer")
        _ = try scene.consent { _ in }
        #expect(scene.refusal(scene.request()) == nil)
        try correct("withdrawn")
        #expect(scene.refusal(scene.request()) == "ConsentMissing")
        _ = try scene.consent { _ in }
        let refused: JSON = [
            "given_by": "person", "recipient": "Maître M.", "form_groups": ["evidence"],
            "purpose": "asylum_claim", "status": "refused",
        ]
        let no = try scene.add("consent", refused)
        _ = try scene.vault.edit(case: scene.code, record: no, fields: refused, scene.amina)
        #expect(
            scene.refusal(scene.request()) == "ConsentMissing", "whoever that is, also when it was corrected")
        _ = try scene.vault.grant(
            case: scene.code,
            GrantRequest(
                name: "Louis", compartments: ["evidence"], rights: ["read", "redact-export"], until: nil,
                purpose: "appeal"), scene.sylvie)
        #expect(scene.refusal(scene.request()) == "ConsentMissing", "who may not read consents sends nothing")
    }

    @Test("What the form requires is there before a record leaves")
    func required() throws {
        let scene = try ExportScene()
        let bare = try scene.add("statement", ["text": ["One sentence."]])
        #expect(scene.refusal(scene.request(records: [bare], withhold: [])) == "Invalid")
    }

    @Test("Witness, place and protected name ask for a second person; her own name and number for redaction")
    func kinds() throws {
        let scene = try ExportScene()
        _ = try scene.add(
            "safe-contact",
            [
                "codename_to_use": "la bibliothèque", "places_to_avoid": [["place": "rue des Tanneurs"]],
                "emergency_contact": [["name": "Osarumen Aigbeku"]],
            ])
        for (sentence, expected) in [
            ("Osarumen told me.", "NeedsApproval"), ("I hid in the RUE des tanneurs.", "NeedsApproval"),
            ("They call me La Bibliotheque now.", "NeedsApproval"), ("Call 0639980142.", "Identified"),
            ("Call +33 6 39 98 01 42!", "Identified"), ("I am bléssing.", "Identified"),
            ("The case is \(scene.code).", "NeedsApproval"), ("They were kind.", nil),
        ] {
            let record = try scene.add(
                "statement", ["kind": "first_account", "date": "2026-11-02", "text": [.string(sentence)]])
            for preview in [false, true] {
                let refusal = scene.refusal(
                    scene.request(records: [record], withhold: []), preview: preview)
                #expect(refusal == expected, "\(sentence)")
            }
        }
    }

    @Test("With --name-person her own name leaves, and nothing else that identifies")
    func namesPerson() throws {
        let scene = try ExportScene()
        let named = scene.request(withhold: [(scene.statement, "text", 1)], namesPerson: true)
        let archive = try scene.opened(try scene.send(named))
        let verdict = BundleVerifier.verify(archive, fingerprint: scene.house.fingerprint)
        #expect(verdict.isValid)
        #expect(verdict.records.first?.fields["text"]?.array?.contains("I am Blessing Okafor.") == true)
        #expect(scene.refusal(scene.request(withhold: [], namesPerson: true)) == "Identified")
        // A name of hers that is a child's name too leaves; the child's own part of it does not.
        _ = try scene.add("safe-contact", ["emergency_contact": [["name": "Joy Okafor"]]])
        #expect(scene.refusal(named) == nil)
        let joy = try scene.add(
            "statement",
            ["kind": "first_account", "date": "2026-11-02", "text": ["Joy Okafor is with her aunt."]])
        #expect(
            scene.refusal(scene.request(records: [joy], withhold: [], namesPerson: true)) == "NeedsApproval")
    }

    @Test("An older version of a record still identifies")
    func olderVersions() throws {
        let scene = try ExportScene()
        let record = try scene.add("identity", ["given_name": "Marvellous"])
        _ = try scene.vault.edit(case: scene.code, record: record, fields: ["given_name": "Joy"], scene.amina)
        for name in ["Marvellous", "Joy"] {
            let told = try scene.add(
                "statement",
                ["kind": "first_account", "date": "2026-11-02", "text": [.string("\(name) slept.")]])
            #expect(scene.refusal(scene.request(records: [told], withhold: [])) == "Identified", "\(name)")
        }
    }

    @Test("Another key than the contact's, a retired contact and a contact without words get nothing")
    func recipients() throws {
        let scene = try ExportScene()
        #expect(scene.refusal(scene.request(to: try AgeIdentity().recipient.text)) == "NeedsApproval")
        #expect(scene.refusal(scene.request(to: "age1")) == "Invalid")
        #expect(scene.refusal(scene.request(to: scene.identity.recipient.text)) == nil)
        #expect(
            HavreError.name { _ = try scene.vault.confirmContact(name: "Maître Martin", scene.louis) }
                == "NeedsApproval", "who added it does not confirm it")
        _ = try scene.vault.retireContact(name: "maitre martin", scene.sylvie)
        #expect(scene.refusal(scene.request()) == "NotFound")
        _ = try scene.vault.addContact(
            ContactDraft(
                name: "Maître Martin", organisation: "Cabinet", kind: "NGO", language: "it", key: nil,
                passphrase: true, checked: nil), scene.louis)
        #expect(scene.refusal(scene.request()) == "NeedsApproval")
        _ = try scene.vault.confirmContact(name: "Maître Martin", scene.sylvie)
        #expect(scene.refusal(scene.request()) == "Invalid", "words are needed")
        #expect(scene.refusal(scene.request(), preview: true) == nil)
        let sent = try scene.send(scene.request(), passphrase: "eight words")
        let words = SecretBytes(copying: Array("eight words".utf8))
        let verdict = BundleVerifier.verify(
            encrypted: try #require(sent.bundle), passphrase: words, fingerprint: scene.house.fingerprint)
        #expect(verdict.isValid, "\(verdict.problems)")
    }

    @Test("Lists of codes leave whole, with what the page says of them")
    func codes() throws {
        let scene = try ExportScene()
        _ = try scene.consent { $0["form_groups"] = ["identification"] }
        let record = try scene.add(
            "identification",
            [
                "status": "PossibleVictimOfTrafficking", "act": ["recruitment", "transport"],
                "means": ["threat"], "purpose": ["ForcedLabour"],
            ])
        let exported = try scene.send(scene.request(records: [], withhold: []), by: scene.amina)
        let verdict = BundleVerifier.verify(try scene.opened(exported))
        #expect(verdict.isValid && verdict.records.map(\.form) == ["identification"])
        #expect(verdict.records.first?.fields["act"] == ["recruitment", "transport"])
        #expect(exported.disclosed.allSatisfy { $0.record == record })
        let stays = exported.withheld.filter { $0.record == scene.statement && $0.field == "text" }
        #expect(stays.map(\.n) == [0, 1, 2, 3])
    }
}
