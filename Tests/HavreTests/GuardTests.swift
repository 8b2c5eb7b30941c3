import HavreCodec
import HavreEvidence
import HavreSecrets
import Testing

@testable import Havre

/// What the last look finds in the sentences of an export, however it is written.
@Suite struct GuardTests {
    /// What an export of one sentence is refused with.
    private func refusal(_ sentence: String, _ scene: ExportScene) throws -> String? {
        let record = try scene.add(
            "statement", ["kind": "first_account", "date": "2026-11-02", "text": [.string(sentence)]])
        return scene.refusal(scene.request(records: [record], withhold: []), preview: true)
    }

    @Test("Names with apostrophes and hyphens, in other scripts and spelt out are found")
    func names() throws {
        let scene = try ExportScene()
        _ = try scene.add(
            "identity",
            [
                "given_name": "Jean-Pierre", "middle_name": "Olena", "family_name": "O'Neil",
                "aliases": [["name": "Gioia"]], "birthdate": "2001-03-05",
                "documents": [["type": "passport", "number": "12AB34567"]],
            ])
        _ = try scene.add("safe-contact", ["email": "joie@courrier.example", "safe_phone": "06 12 34 56 78"])
        for sentence in [
            "Ils cherchaient Jean-Pierre.", "JEAN PIERRE dormait.", "On m'appelait Jeanpierre.",
            "Le frère d’O’Neil.", "oneil est venu", "O´Neil est venu", "L'ami d'Olena.", "Олена спала.",
            "My name, J E A N, he said.", "He called me G.I.O.I.A.", "gio\u{200B}ia", "Ｇｉｏｉａ",
            "Née le 5 mars 2001.", "Born on 05/03/2001.", "Born 2001-03-05.", "Passport 12 AB 34 567.",
            "Passport 1 2 A B 3 4 5 6 7!", "0612345678", "06 12 34 56 78", "+33612345678", "06 123 456 78",
            "Mail: JOIE@COURRIER.example",
        ] { #expect(try refusal(sentence, scene) == "Identified", "\(sentence)") }
        for sentence in [
            "Pierres et sable.", "One il est venu.", "Le 6 mars 2001.", "06 12 34 56 79", "Gio ia-t-il ?",
        ] { #expect(try refusal(sentence, scene) == nil, "\(sentence)") }
    }

    @Test(
        "Who threatens her and who interprets are found as well, though a reference may be the id of a record"
    )
    func references() throws {
        let scene = try ExportScene()
        let threats: JSON = [
            ["source": "Mama Blessing", "nature": "violence"], ["source": .string(scene.statement.hex)],
        ]
        _ = try scene.add("risk", ["threats": threats, "interpreter": "Ousmane Diallo"])
        #expect(try refusal("Elle s'appelait Mama Blessing.", scene) == "Identified")
        #expect(try refusal("M. Diallo a traduit.", scene) == "NeedsApproval")
        #expect(try refusal("Une femme me menaçait.", scene) == nil)
    }

    @Test("Colleagues are found by whole name, and by first or last name where it is written as a name")
    func colleagues() throws {
        let scene = try ExportScene()
        _ = try scene.house.hire("Rose Pierre-Martin", "caseworker", by: scene.sylvie)
        for sentence in [
            "rose pierre martin m'a aidée.", "L'assistante, Rose, m'a aidée.", "Chez d'Amina.",
            "Mme Martin.", "SYLVIE!",
        ] { #expect(try refusal(sentence, scene) == "NeedsApproval", "\(sentence)") }
        for sentence in ["Une rose et une pierre.", "Roses."] {
            #expect(try refusal(sentence, scene) == nil, "\(sentence)")
        }
    }

    @Test("What she asked to be kept back is shown to who redacts, and refused where it stands word for word")
    func wishes() throws {
        let scene = try ExportScene()
        _ = try scene.consent {
            $0["withhold"] = [
                [
                    "from_whom": "My brother", "what": "the name of Osas, the hotel on the hill",
                    "reason": "fear",
                ],
                ["what": "my second child"],
            ]
        }
        for sentence in ["Osas drove.", "It was the HOTEL on the hill.", "I had my second child there."] {
            #expect(try refusal(sentence, scene) == "Identified", "\(sentence)")
        }
        #expect(try refusal("It was a hotel. The name is known.", scene) == nil)
        let preview = try scene.send(scene.request(), preview: true)
        #expect(preview.wishes.map(\.what) == ["the name of Osas, the hotel on the hill", "my second child"])
        #expect(preview.wishes.map(\.fromWhom) == ["My brother", nil])
        let sent = try scene.send(scene.request())
        #expect(sent.wishes.map(\.reason) == ["fear", nil])
        #expect(try !Layers(scene.opened(sent)).hold("hill"))
    }

    @Test("A wish of a consent that was withdrawn counts no more, one of a consent for somebody else does")
    func otherWishes() throws {
        let scene = try ExportScene()
        let other = try scene.consent {
            $0["recipient"] = "Somebody else"
            $0["withhold"] = [["what": "the blue house"]]
        }
        #expect(try refusal("I saw the blue house.", scene) == "Identified")
        _ = try scene.vault.edit(
            case: scene.code, record: other,
            fields: [
                "given_by": "person", "recipient": "Somebody else", "form_groups": ["evidence"],
                "purpose": "asylum_claim", "status": "withdrawn", "withhold": [["what": "the blue house"]],
            ], scene.amina)
        #expect(try refusal("I saw the blue house.", scene) == nil)
    }
}
