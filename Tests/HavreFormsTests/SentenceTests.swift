import Testing

@testable import HavreForms

@Suite struct SentenceTests {
    /// The sentences that a text is cut into, each with the ones expected.
    static let cuts: [(String, [String])] = [
        ("", []),
        ("Je suis née à Kayes. J'ai deux sœurs.", ["Je suis née à Kayes.", "J'ai deux sœurs."]),
        (
            "M. Diop et Mme Koné sont venus. Ils sont partis.",
            ["M. Diop et Mme Koné sont venus.", "Ils sont partis."]
        ),
        ("Me Durand m'a reçue. Dr. Martin aussi.", ["Me Durand m'a reçue.", "Dr. Martin aussi."]),
        ("He hit me. Then I ran.", ["He hit me.", "Then I ran."]),
        ("I said no. Then he left.", ["I said no.", "Then he left."]),
        ("Chambre no. 12. Deuxième étage.", ["Chambre no. 12.", "Deuxième étage."]),
        ("J. N. Okoye m'a vue. Il a ri.", ["J. N. Okoye m'a vue.", "Il a ri."]),
        (
            "J'ai payé 3.500 euros. C'était en 2.019 jours.",
            ["J'ai payé 3.500 euros.", "C'était en 2.019 jours."]
        ),
        ("« Tais-toi ! » m'a-t-il dit. J'ai eu peur.", ["« Tais-toi ! » m'a-t-il dit.", "J'ai eu peur."]),
        ("Il a crié : « Viens ! » Puis il est parti.", ["Il a crié : « Viens ! »", "Puis il est parti."]),
        (
            "Il a crié\u{A0}: «\u{A0}Viens\u{A0}!\u{A0}» Puis rien.",
            ["Il a crié : « Viens ! »", "Puis rien."]
        ),
        ("\"Come!\" he said. I came.", ["\"Come!\" he said.", "I came."]),
        (
            "Elle a demandé : \"Pourquoi ?\" Personne n'a répondu.",
            ["Elle a demandé : \"Pourquoi ?\"", "Personne n'a répondu."]
        ),
        ("Je ne sais pas... peut-être. Je crois.", ["Je ne sais pas... peut-être.", "Je crois."]),
        ("Où ? Quand ? Je ne sais plus.", ["Où ?", "Quand ?", "Je ne sais plus."]),
        ("Le 1er sept. 2019 il est venu. En sept. Il", ["Le 1er sept. 2019 il est venu.", "En sept.", "Il"]),
        ("Une ligne\ncoupée. Une autre.", ["Une ligne coupée.", "Une autre."]),
        ("Titre\n\nPremier texte", ["Titre", "Premier texte"]),
        ("— Qui es-tu ?\n— Amina.", ["— Qui es-tu ?", "— Amina."]),
        ("1. Elle est partie. 2. Elle est revenue.", ["1. Elle est partie.", "2. Elle est revenue."]),
        ("(Elle pleure.) Puis elle reprend.", ["(Elle pleure.)", "Puis elle reprend."]),
        ("جئت من سوريا. كنت وحدي؟ نعم.", ["جئت من سوريا.", "كنت وحدي؟", "نعم."]),
    ]

    @Test("A text is cut where a reader would cut it") func textCut() {
        for (text, sentences) in Self.cuts { #expect(Sentences.split(text) == sentences) }
    }

    @Test("Nothing is lost or added, except white space") func nothingLost() {
        let texts =
            Self.cuts.map(\.0) + ["...", "« »", "a.b.c. D", "\n\n", "! ? .", "Fin.»", "»", "\u{A0}x\t y"]
        for text in texts {
            let single = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(Sentences.split(text).joined(separator: " ") == single)
            #expect(!Sentences.split(text).contains { $0.isEmpty || $0.first == " " || $0.last == " " })
        }
    }
}
