import HavreCodec
package import HavreForms

/// The last look at everything that leaves: does any sequence of words say who or where somebody is?
///
/// The library answers for one sequence at a time, with fingerprints under a key that only the gate has.
package struct OutputScan {
    /// A sequence that identifies somebody, by its place; never the text itself.
    package struct Hit: Hashable, Sendable {
        /// Nil for what stands on the page or in the letter but in no record.
        package let part: Part?
        package let kind: IdentifierKind
    }

    private let look: (ArraySlice<String>) -> Set<IdentifierKind>
    private let wordCountMax: Int
    /// Kinds that are disclosed on purpose.
    private let allowed: Set<IdentifierKind>

    package init(
        wordCountMax: Int, allowed: Set<IdentifierKind>,
        look: @escaping (ArraySlice<String>) -> Set<IdentifierKind>
    ) {
        self.wordCountMax = wordCountMax
        self.allowed = allowed
        self.look = look
    }

    /// Hits in the values that leave.
    package func hits(in selection: Selection) -> Set<Hit> {
        var hits: Set<Hit> = []
        for chosen in selection.chosen {
            for leaf in chosen.disclosed {
                for kind in kinds(in: Self.text(leaf.value)) {
                    hits.insert(Hit(part: chosen.part(leaf), kind: kind))
                }
            }
        }
        return hits
    }

    /// Hits in other texts that leave: the page, the letter, the labels of the bag.
    ///
    /// - Parameter known: texts whose words are meant to be there, such as the recipient's name.
    package func hits(in texts: [String], besides known: [String]) -> Set<Hit> {
        let meant = Set(known.flatMap { Fold.words($0) })
        var hits: Set<Hit> = []
        for text in texts {
            for kind in kinds(in: text, skipping: meant) { hits.insert(Hit(part: nil, kind: kind)) }
        }
        return hits
    }

    private func kinds(in text: String, skipping meant: Set<String> = []) -> Set<IdentifierKind> {
        let words = Fold.words(text)
        var found: Set<IdentifierKind> = []
        for start in words.indices {
            for end in start..<min(words.count, start + wordCountMax) {
                let sequence = words[start...end]
                if !meant.isEmpty, sequence.allSatisfy(meant.contains) { continue }
                found.formUnion(look(sequence))
            }
        }
        return found.subtracting(allowed)
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .array(let items): items.map(text).joined(separator: " \u{0} ")
        case .object(let members): members.values.map(text).joined(separator: " \u{0} ")
        case .bool, .null: ""
        }
    }
}
