import HavreCodec
import HavreWire

extension Conversation {
    /// The case that somebody means. At a terminal a beginning that fits one case only will do, or her own label of
    /// it; a script writes the whole name.
    /// - Parameter typed: nil asks "Who?" at the terminal.
    func caseName(_ typed: String?) throws(Failure) -> String {
        guard let person = desk.person() else {
            guard let typed else { throw .usage("usage.needed", ["option": "CASE"]) }
            return typed
        }
        if let typed, Self.isWhole(typed) { return typed }
        let cards = try gather("CaseList", [:], list: "cases")
        var text = typed
        while true {
            let wanted = if let text { text } else { try desk.ask("ask.who", person: person) }
            let fitting = Self.fitting(cards, wanted)
            if fitting.count == 1 { return fitting[0] }
            guard typed == nil else {
                // Perhaps a name that the list does not show: the daemon knows better.
                if fitting.isEmpty { return wanted }
                throw Failure(
                    .usage, "usage.whichCase", ["cases": fitting.joined(separator: ", ")],
                    next: "next.wholeName")
            }
            person.show(
                (fitting.isEmpty ? desk.texts.say("ask.nobody") : fitting.joined(separator: "  ")) + "\n")
            text = nil
        }
    }

    /// The record that somebody means: at a terminal its first digits will do, a script writes it whole.
    func recordName(_ typed: String) throws(Failure) -> String {
        guard typed.utf8.count == 32 || desk.person() != nil else {
            throw Failure(.notFound, "usage.record")
        }
        return typed.lowercased()
    }

    /// The whole ids of several records, where a person typed their first digits.
    /// - Throws: `NotFound` for one that begins no record of hers, `Usage` for one that begins several.
    func recordNames(_ typed: [String], in caseName: String) throws(Failure) -> [String: String] {
        guard typed.contains(where: { $0.utf8.count != 32 }), desk.person() != nil else { return [:] }
        let known = try gather("Show", ["case": .string(caseName)], list: "records").compactMap {
            $0["record"]?.string
        }
        var whole: [String: String] = [:]
        for text in typed where text.utf8.count != 32 {
            let fitting = known.filter { text.utf8.count >= 4 && $0.hasPrefix(text.lowercased()) }
            guard fitting.count == 1 else {
                throw Failure(fitting.isEmpty ? .notFound : .usage, "usage.record")
            }
            whole[text] = fitting[0]
        }
        return whole
    }

    /// Whether a name is written out: three words joined by hyphens, the last a number; or an area of the house, or
    /// an id.
    static func isWhole(_ name: String) -> Bool {
        if name.hasPrefix("@") || name.utf8.count == 32 { return true }
        let parts = name.split(separator: "-")
        return parts.count >= 3 && parts[parts.count - 1].allSatisfy(\.isNumber)
    }

    /// The cases whose name begins so, or else whose label holds it.
    static func fitting(_ cards: [JSON], _ wanted: String) -> [String] {
        let wanted = Fold.fold(wanted)
        let names = cards.compactMap { $0["case"]?.string }
        if let exact = names.first(where: { Fold.fold($0) == wanted }) { return [exact] }
        let beginning = names.filter { Fold.fold($0).hasPrefix(wanted) }
        if !beginning.isEmpty { return beginning }
        return cards.filter { Fold.fold($0["label"]?.string ?? "").contains(wanted) }
            .compactMap { $0["case"]?.string }
    }
}
