import HavreCodec
package import HavreForms

/// The last look at everything that leaves: does any sequence of words say who or where somebody is?
///
/// The library answers for one sequence at a time, with fingerprints under a key that only the gate has.
package struct OutputScan {
    /// A sequence that identifies somebody, by its place; never the text itself.
    package struct Hit: Hashable, Sendable {
        /// Nil for what stands on the page or in the letter and cannot be traced to one value.
        package let part: Part?
        package let kind: IdentifierKind
    }

    /// Answers which kinds of identifier a sequence of folded words is; the words are joined by single spaces.
    package typealias Look = (String) -> Set<IdentifierKind>

    private let look: Look
    private let colleagues: Set<String>
    private let wordCountMax: Int
    private let namesPerson: Bool

    /// - Parameters:
    ///   - wordCountMax: the longest sequence that is looked at, in words.
    ///   - namesPerson: whether her own name is disclosed on purpose.
    ///   - colleagues: folded first and last names of those who work here. Many are words too: one counts as a name
    ///     where it is written with a capital.
    package init(
        wordCountMax: Int, namesPerson: Bool, colleagues: Set<String> = [], look: @escaping Look
    ) {
        self.look = look
        self.colleagues = colleagues
        self.wordCountMax = wordCountMax
        self.namesPerson = namesPerson
    }

    /// Every hit in a bundle that is not sealed yet: in the disclosed values, and in all other text of its files.
    ///
    /// What would stand there whoever the person is (labels, the letter, the recipient's own name) is no hit.
    package func hits(in draft: BundleBuilder.Draft) -> Set<Hit> {
        var hits: Set<Hit> = []
        var traced: Set<String> = []
        for chosen in draft.selection.chosen {
            for leaf in chosen.disclosed {
                let texts = Self.texts(leaf.value)
                let words = sequences(in: texts)
                traced.formUnion(words)
                var kinds = kinds(of: words)
                if texts.contains(where: namesColleague) { kinds.insert(.person) }
                for kind in kinds { hits.insert(Hit(part: chosen.source.part(leaf), kind: kind)) }
            }
        }
        let rest = sequences(in: draft.texts).subtracting(sequences(in: draft.blankTexts)).subtracting(traced)
        for sequence in rest {
            let kinds = kinds(of: [sequence])
            guard !kinds.isEmpty else { continue }
            let parts = trace(sequence, in: draft)
            for kind in kinds {
                for part in parts { hits.insert(Hit(part: part, kind: kind)) }
                if parts.isEmpty { hits.insert(Hit(part: nil, kind: kind)) }
            }
        }
        return hits
    }

    /// The values that put a sequence on the page in other words than their own: a day written out, the label of a
    /// code.
    private func trace(_ sequence: String, in draft: BundleBuilder.Draft) -> [Part] {
        draft.selection.chosen.flatMap { chosen in
            chosen.disclosed.filter { leaf in
                let blocks = Exhibit.blocks(of: chosen.source.form, chosen.source.values, in: draft.language)
                {
                    $0.path == leaf.path ? .shown : .unmentioned
                }
                return sequences(in: blocks.flatMap(\.texts)).contains(sequence)
            }.map(chosen.source.part)
        }
    }

    private func kinds(of sequences: Set<String>) -> Set<IdentifierKind> {
        var found: Set<IdentifierKind> = []
        for sequence in sequences {
            let kinds = look(sequence)
            // Her own name may be part of her children's: it is hers that was meant.
            if namesPerson, kinds.contains(where: \.isOwnName) { continue }
            found.formUnion(kinds)
        }
        return found
    }

    private func namesColleague(_ text: String) -> Bool {
        guard !colleagues.isEmpty else { return false }
        return text.split { !$0.isLetter }.contains { word in
            // Scripts without capitals: every word may be a name.
            word.first?.isLowercase == false && colleagues.contains(Fold.key(String(word)))
        }
    }

    /// Every sequence of words, and without its spaces what people group and space out as they like: numbers, and a
    /// name written letter by letter.
    private func sequences(in texts: [String]) -> Set<String> {
        var found: Set<String> = []
        for text in texts {
            let words = Fold.words(text)
            for start in words.indices {
                var sequence = ""
                var joined = ""
                var hasDigit = false
                var isSpelt = true
                for word in words[start..<min(words.count, start + wordCountMax)] {
                    sequence += sequence.isEmpty ? word : " " + word
                    joined += word
                    hasDigit = hasDigit || word.utf8.contains { 0x30...0x39 ~= $0 }
                    isSpelt = isSpelt && word.unicodeScalars.count == 1
                    found.insert(sequence)
                    if hasDigit || isSpelt { found.insert(joined) }
                }
            }
        }
        return found
    }

    /// Every text of a value, each by itself.
    private static func texts(_ value: JSON) -> [String] {
        switch value {
        case .string(let text): [text]
        case .int(let number): [String(number)]
        case .array(let items): items.flatMap(texts)
        case .object(let members): members.flatMap { [$0.key] + texts($0.value) }
        case .bool, .null: []
        }
    }
}

extension Exhibit.Block {
    /// The values that stand in a block.
    fileprivate var texts: [String] {
        let shown: [Exhibit.Shown] =
            switch self {
            case .value(_, let shown): [shown]
            case .passages(_, _, let passages): passages
            case .table(_, _, let rows): rows.flatMap { $0.compactMap { $0 } }
            case .picture(_, let caption, _): [caption]
            case .fileWithheld: []
            }
        return shown.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}
