import HavreCodec
import HavreForms
import HavreSecrets

/// What `find` and lists open instead of a whole record: its form, a heading and its folded words.
struct Gist: Equatable {
    let form: String
    let time: Instant
    /// Field key and folded text, one a field that holds text.
    let texts: [(field: String, words: String)]

    static func == (one: Gist, other: Gist) -> Bool {
        one.form == other.form && one.time == other.time && one.texts.count == other.texts.count
            && zip(one.texts, other.texts).allSatisfy { $0 == $1 }
    }

    init(form: String, time: Instant, fields: JSON) {
        self.form = form
        self.time = time
        texts = (fields.object ?? [:]).sorted { $0.key < $1.key }.compactMap { key, value in
            // Each word once: what is looked for begins some word of the field, wherever it stands.
            let words = Set(Self.strings(value).flatMap { Fold.words($0) }).sorted(by: Text.precedes)
            return words.isEmpty ? nil : (key, words.joined(separator: " "))
        }
    }

    private static func strings(_ value: JSON) -> [String] {
        switch value {
        case .string(let text): [text]
        case .int(let number): [String(number)]
        case .array(let elements): elements.flatMap(strings)
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap { strings($0.value) }
        case .bool, .null: []
        }
    }

    /// Fields in which every word of the query begins some word.
    func fields(matching query: [String]) -> [String] {
        texts.filter { text in
            let padded = " " + text.words
            return query.allSatisfy { padded.contains(" " + $0) }
        }.map(\.field)
    }

    /// Whether a folded word stands anywhere in a gist as it was written: false only when no field matches it.
    ///
    /// Folded words hold nothing that JSON escapes.
    static func mayHold(_ word: String, in text: [UInt8]) -> Bool {
        let word = Array(word.utf8)
        guard let first = word.first, text.count >= word.count else { return word.isEmpty }
        for start in 0...text.count - word.count where text[start] == first {
            if text[start..<start + word.count].elementsEqual(word) { return true }
        }
        return false
    }

    func encoded() throws(HavreError) -> [UInt8] {
        let json: JSON = [
            "form": .string(form), "time": .int(time.seconds),
            "texts": .array(texts.map { [.string($0.field), .string($0.words)] }),
        ]
        return try padded(json.encoded())
    }

    /// Takes one apart that was written by `encoded` and unpadded.
    init(_ text: [UInt8]) throws(HavreError) {
        do {
            let json = try JSON(parsing: text)
            guard let form = json["form"]?.string, let time = json["time"]?.int,
                let rows = json["texts"]?.array
            else { throw HavreError.tampered }
            self.form = form
            self.time = Instant(seconds: time)
            texts = rows.compactMap { row in
                guard let pair = row.array, pair.count == 2, let field = pair[0].string,
                    let words = pair[1].string
                else { return nil }
                return (field, words)
            }
        } catch { throw .tampered }
    }
}
