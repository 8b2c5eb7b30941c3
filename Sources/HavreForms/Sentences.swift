/// Cuts a typed or pasted text into sentences, so that a statement can be redacted one by one.
///
/// English and French: abbreviations, initials, numbers, quotes and guillemets with their spaces do not end a
/// sentence; lines of a dialogue and paragraphs do. Nothing is lost or added except white space: joined with single
/// spaces the sentences are the text with its white space made single.
package enum Sentences {
    /// The sentences in order, none of them empty, without white space around them.
    package static func split(_ text: String) -> [String] {
        paragraphs(text).flatMap(sentences)
    }

    /// A line feed inside a paragraph is a space; an empty line, or a dash or bullet at the start of a line, begins
    /// a new one.
    private static func paragraphs(_ text: String) -> [[Substring]] {
        var paragraphs: [[Substring]] = [[]]
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            let opens = words.first.map { ["-", "–", "—", "•", "*"].contains(String($0.prefix(1))) } ?? true
            if opens { paragraphs.append([]) }
            paragraphs[paragraphs.count - 1] += words
        }
        return paragraphs
    }

    private static func sentences(_ words: [Substring]) -> [String] {
        var sentences: [String] = []
        var current: [Substring] = []
        for (index, word) in words.enumerated() {
            current.append(word)
            // What closes a quotation belongs to the sentence that it closes: « Viens ! »
            if index + 1 < words.count, isClosing(words[index + 1]) { continue }
            guard index + 1 == words.count || ends(current, before: words[index + 1]) else { continue }
            sentences.append(current.joined(separator: " "))
            current = []
        }
        return sentences
    }

    private static let closers: Set<Character> = ["»", "”", "\"", "’", "'", "›", ")", "]"]
    private static let openers: Set<Character> = [
        "«", "“", "\"", "‘", "'", "‹", "(", "[", "¿", "¡", "–", "—", "-",
    ]
    private static let stops: Set<Character> = [".", "!", "?", "…", "؟", "۔", "।", "።", "。", "！", "？"]

    /// Whether the word is only what ends or closes a sentence: French sets `»`, `!` and `?` apart by a space.
    private static func isClosing(_ word: Substring) -> Bool {
        word.allSatisfy { closers.contains($0) || stops.contains($0) }
            && !word.allSatisfy { $0 == "\"" || $0 == "'" }
            && word != "..." && word != "…"
    }

    private static func ends(_ words: [Substring], before next: Substring) -> Bool {
        // The last word that is more than closing marks, with those after it.
        guard let last = words.lastIndex(where: { !isClosing($0) }) else { return false }
        let tail = words[last...].joined()
        var core = Substring(tail)
        while let mark = core.last, closers.contains(mark) { core.removeLast() }
        guard let stop = core.last, stops.contains(stop), startsSentence(next) else { return false }
        guard stop == "." else { return true }
        core.removeLast()
        return !isAbbreviation(core, first: last == words.startIndex, before: next)
    }

    /// A sentence begins with a capital, a digit or a script without capitals, after quotes and dashes.
    private static func startsSentence(_ word: Substring) -> Bool {
        guard let first = word.first(where: { !openers.contains($0) }) else {
            // « or a dash standing alone opens what follows.
            return true
        }
        return !first.isLowercase && (first.isLetter || first.isNumber)
    }

    /// Whether a full stop after this word does not end the sentence. `etc.` and `p.m.` may end one.
    private static func isAbbreviation(_ word: Substring, first: Bool, before next: Substring) -> Bool {
        var core = word
        while let mark = core.first, openers.contains(mark) { core.removeFirst() }
        // The number of a list: `2. Elle est partie.`
        if first, !core.isEmpty, core.count <= 3, core.allSatisfy(\.isNumber) { return true }
        // Initials and letters between points: J. Koné, N.-D., M.-L. Diop.
        if let letter = core.last, letter.isUppercase {
            let before = core.dropLast().last
            if before == nil || before == "." || before == "-" || before == "'" || before == "’" {
                return true
            }
        }
        return titles.contains(String(core))
            || (isNumber(next) && beforeNumbers.contains(core.lowercased()))
            || abbreviations.contains(core.lowercased())
    }

    private static func isNumber(_ word: Substring) -> Bool { word.first.map(\.isNumber) ?? false }

    /// Before a name. In their own case: "Me" is a French lawyer, "me" ends an English sentence.
    private static let titles: Set<String> = [
        "M", "MM", "Mme", "Mmes", "Mlle", "Mlles", "Mr", "Mrs", "Ms", "Dr", "Drs", "Me", "Mes", "Pr", "Prof",
        "St",
        "Ste", "Sgt", "Lt", "Cne", "Cf", "Av", "Bd",
    ]
    /// Abbreviations only before a number: "no. 5", "sept. 2019", "env. 500".
    private static let beforeNumbers: Set<String> = [
        "no", "n", "art", "p", "pp", "vol", "fig", "tél", "tel", "env", "janv", "févr", "avr", "juil", "sept",
        "oct",
        "nov", "déc", "jan", "feb", "apr", "aug", "dec",
    ]
    /// Everywhere.
    private static let abbreviations: Set<String> = [
        "av", "bd", "bld", "cf", "vs", "i.e", "e.g", "c.-à-d", "resp", "approx", "mme", "mlle", "dr", "mrs",
    ]
}
