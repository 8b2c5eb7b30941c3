import HavreCodec
import Testing

@testable import HavreForms

@Suite struct IdentifierTests {
    /// Whether a writing of the value stands in the words of the text, as the guard looks.
    private func recognised(_ kind: IdentifierKind, _ value: String, in text: String) -> Bool {
        let words = Fold.words(text)
        return Identifiers.variants(kind, value).contains { writing in
            words.count >= writing.count
                && (0...(words.count - writing.count)).contains {
                    Array(words[$0..<($0 + writing.count)]) == writing
                }
        }
    }

    @Test("Every identifying field is marked") func everyIdentifying() throws {
        let marked: [String: [String: IdentifierKind]] = [
            "case": ["case_no": .number],
            "identity": [
                "given_name": .name, "middle_name": .name, "family_name": .name, "aliases.name": .alias,
                "names_used_by_network.name": .alias, "birthdate": .date, "documents.number": .number,
            ],
            "safe-contact": [
                "safe_phone": .phone, "unsafe_numbers.number": .phone, "email": .email,
                "codename_to_use": .codename,
                "mailing_name": .place, "mailing_street": .address, "mailing_postal_code": .address,
                "mailing_city": .place, "current_place": .place, "places_to_avoid.place": .place,
                "emergency_contact.name": .person, "emergency_contact.phone": .phone,
            ],
            "consent": ["withhold.from_whom": .person, "signature.by": .name],
            "identification": ["debt_creditor": .network], "needs": [:],
            "risk": ["threats.source": .network, "accepted_by.by": .person],
            "statement": [
                "place": .place, "present.person": .person, "translator_signature.by": .person,
                "support_person": .person, "signature.by": .name,
            ],
            "evidence": [
                "obtained_from": .person, "original_location": .place, "custody.from": .person,
                "custody.to": .person, "custody.sig_by": .person, "third_persons_named.name": .person,
            ],
            "note": [:],
            "night": [
                "code": .codename, "interpreter_to_avoid": .person, "call_order.name": .person,
                "call_order.phone": .phone, "safe_contact": .phone,
            ],
        ]
        for form in Catalogue.shared.forms {
            // Whoever interprets is named in every form.
            var found: [String: IdentifierKind] = [:]
            for field in form.fields {
                found[field.key] = field.identifying
                for inner in field.sub { found[field.key + "." + inner.key] = inner.identifying }
            }
            let expected = try #require(marked[form.id]).merging(["interpreter": .person]) { $1 }
            #expect(found == expected, "\(form.id)")
        }
    }

    @Test("Phones and addresses of any form are marked") func phonesAddresses() {
        for field in Catalogue.shared.forms.flatMap(\.fields).flatMap({ [$0] + $0.sub }) {
            if field.shape == .phone { #expect(field.identifying == .phone, "\(field.path)") }
            if field.shape == .email { #expect(field.identifying == .email, "\(field.path)") }
        }
    }

    @Test("Identifiers are taken from fields and rows") func identifiersTaken() throws {
        let values: JSON = [
            "given_name": "Amina", "gender": "Feminine", "birthdate": "2001-03-05",
            "documents": [["type": "passport", "number": "12AB34567"]],
        ]
        let found = try form("identity").identifiers(in: values)
        #expect(found.map(\.kind) == [.name, .date, .number])
        #expect(found.map(\.path) == ["given_name", "birthdate", "documents[0].number"])
        #expect(found[0].variants == [["amina"]])
    }

    @Test("A date is recognised in its writings") func dateRecognised() {
        let writings = [
            "2026-11-12", "12/11/2026", "12.11.2026", "le 12 novembre 2026", "12 November 2026", "20261112",
            "November 12, 2026", "the 12th of November 2026",
        ]
        for text in writings { #expect(recognised(.date, "2026-11-12", in: text), "\(text)") }
        for text in ["5/3/2001", "05/03/2001", "5 mars 2001", "le 05 mars 2001", "5th March 2001"] {
            #expect(recognised(.date, "2001-03-05", in: text), "\(text)")
        }
        for text in ["1er août 2001", "1er aout 2001", "1 AOÛT 2001", "August 1st, 2001"] {
            #expect(recognised(.date, "2001-08-01", in: text), "\(text)")
        }
        for (day, ordinal) in [
            ("01", "1st"), ("02", "2nd"), ("03", "3rd"), ("04", "4th"), ("11", "11th"), ("12", "12th"),
            ("13", "13th"),
            ("21", "21st"), ("22", "22nd"), ("23", "23rd"), ("30", "30th"),
        ] {
            #expect(recognised(.date, "2001-08-\(day)", in: "the \(ordinal) of August 2001"), "\(ordinal)")
        }
        for text in ["2026-11-13", "12 novembre 2025", "novembre 2026"] {
            #expect(!recognised(.date, "2026-11-12", in: text), "\(text)")
        }
    }

    @Test("A phone is recognised in its writings") func phoneRecognised() {
        let writings = [
            "+33612345678", "06 12 34 56 78", "0612345678", "06.12.34.56.78", "06-12-34-56-78",
            "+33 6 12 34 56 78",
            "0033612345678", "+33 (0)6 12 34 56 78", "+33 612 345 678",
        ]
        for value in [
            "+33612345678", "06 12 34 56 78", "0612345678", "0033 6 12 34 56 78", "+33 (0)6 12 34 56 78",
        ] {
            for text in writings {
                #expect(recognised(.phone, value, in: "Tél. : \(text)."), "\(value) as \(text)")
            }
            #expect(!recognised(.phone, value, in: "06 12 34 56 79"))
        }
        for text in ["+2348031234567", "08031234567", "803 123 4567", "0803 123 4567", "+234 803 123 4567"] {
            #expect(recognised(.phone, "+234 803 123 4567", in: text), "\(text)")
        }
        #expect(Identifiers.variants(.phone, "112").isEmpty && Identifiers.variants(.phone, "17").isEmpty)
    }

    @Test("A name is recognised whatever its accents and marks are") func nameRecognised() {
        for text in ["AMINA", "l'amie d'Amina", "Amina's room", "amína"] {
            #expect(recognised(.name, "Amina", in: text), "\(text)")
        }
        for text in ["N’Diaye", "Ndiaye", "N DIAYE"] {
            #expect(recognised(.name, "N'Diaye", in: text), "\(text)")
        }
        for text in ["Marie-Claire", "marie claire", "Marieclaire", "Claire est venue"] {
            #expect(recognised(.name, "Marie-Claire", in: text), "\(text)")
        }
        #expect(!recognised(.name, "Amina", in: "aminata et l'examinateur"))
        #expect(!recognised(.name, "Aminata de la Cruz", in: "de la ville"), "particles are no names")
        #expect(Identifiers.variants(.name, "A").isEmpty)
    }

    @Test("A person in free text is recognised by what is written like a name") func personFree() {
        let value = "Mme Koné, la voisine"
        #expect(recognised(.person, value, in: "KONE m'a dit"))
        #expect(!recognised(.person, value, in: "une voisine, Mme Diop"))
    }

    @Test("Numbers are recognised in one piece and in groups") func numbersRecognised() {
        for text in ["12AB34567", "12 AB 34567", "12-ab-34567"] {
            #expect(recognised(.number, "12AB34567", in: text), "\(text)")
            #expect(recognised(.number, "12 AB 34567", in: text), "\(text)")
        }
        for text in ["FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189"] {
            #expect(recognised(.account, "FR7630006000011234567890189", in: text), "\(text)")
        }
    }

    @Test("An address is recognised by its street") func addressRecognised() {
        let value = "12 bis rue des Lilas, 75011 Paris"
        for text in [
            "12 bis, rue des Lilas", "rue des lilas", "75011 PARIS", "12 bis rue des Lilas 75011 Paris",
        ] {
            #expect(recognised(.address, value, in: text), "\(text)")
        }
        #expect(!recognised(.address, value, in: "Paris"))
        #expect(recognised(.place, "Marseille", in: "à MARSEILLE"))
        #expect(recognised(.place, "Foyer Jorbalan, Lyon", in: "au foyer Jorbalan"))
    }

    @Test("Location, witness and new name always need a second person") func locationWitness() {
        #expect(
            Set(IdentifierKind.allCases.filter(\.needsSecondPerson)) == [
                .address, .place, .codename, .person,
            ])
        #expect(IdentifierKind.allCases.filter(\.isOwnName) == [.name])
    }

    @Test("Writings are folded and distinct") func writingsFolded() {
        for kind in IdentifierKind.allCases {
            for value in [
                "Élodie N'Diaye", "+33612345678", "2026-11-12", "12AB34567", "a@b.fr", "é", "", "—",
            ] {
                let variants = Identifiers.variants(kind, value)
                #expect(Set(variants).count == variants.count)
                for words in variants { #expect(words.flatMap(Fold.words) == words) }
            }
        }
    }
}
