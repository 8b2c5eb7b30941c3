import HavreCodec
import HavreSystem
import HavreWire

/// Ordinary questions at the terminal. Each has an option or operand that answers it for scripts.
extension Desk {
    /// A line that somebody types; asked again while it is empty.
    func ask(_ key: String, _ values: [String: String] = [:], person: any Person) throws(Failure) -> String {
        while true {
            let line = try answer(person, texts.say(key, values) + " ")
            if !line.isEmpty { return line }
        }
    }

    /// A line that may be empty.
    func askOptional(
        _ key: String, _ values: [String: String] = [:], person: any Person
    ) throws(Failure) -> String? {
        let line = try answer(person, texts.say(key, values) + " ")
        return line.isEmpty ? nil : line
    }

    /// What was given, or asked for at the terminal.
    /// - Parameter missing: Name of the operand or option that a script must give.
    func given(_ value: String?, or key: String, missing: String) throws(Failure) -> String {
        if let value { return value }
        guard let person = person() else { throw .usage("usage.needed", ["option": missing]) }
        return try ask(key, person: person)
    }

    /// Why a case is opened or shared: a code, or asked for. Free texts are for scripts.
    func purpose(_ value: String?) throws(Failure) -> String {
        if let value { return value }
        guard let person = person() else { throw .usage("usage.needed", ["option": "--purpose"]) }
        return try choose("ask.purpose", among: Self.purposes, person: person) { texts.say("purpose." + $0) }
    }

    static let purposes = [
        "visit", "call", "appeal", "complaint", "placement", "health", "review", "handover", "request",
        "other",
    ]

    /// One of several codes, by its number or by itself.
    func choose(
        _ key: String, among codes: [String], person: any Person, label: (String) -> String
    ) throws(Failure) -> String {
        let lines = codes.enumerated().map { "  \($0 + 1)  \(label($1))" }
        person.show(lines.joined(separator: "\n") + "\n")
        while true {
            let typed = try ask(key, person: person)
            if let number = Int(typed), codes.indices.contains(number - 1) { return codes[number - 1] }
            if codes.contains(typed) { return typed }
            let wanted = Fold.fold(typed)
            let fitting = codes.filter {
                $0.hasPrefix(wanted) || Fold.fold(label($0)).hasPrefix(wanted)
            }
            if fitting.count == 1 { return fitting[0] }
        }
    }

    /// Whether the person agrees; scripts and `--yes` do.
    func confirm(_ key: String, _ values: [String: String] = [:]) throws(Failure) -> Bool {
        guard !globals.yes, let person = person() else { return true }
        let typed = Fold.fold(try answer(person, texts.say(key, values) + " "))
        return ["y", "yes", "o", "oui"].contains(typed)
    }

    /// Whether the person wants something that is usually wanted: Enter means yes.
    func agrees(_ person: any Person, _ key: String) throws(Failure) -> Bool {
        let typed = Fold.fold(try answer(person, texts.say(key) + " "))
        return !["n", "no", "non"].contains(typed)
    }

    /// Goes on only when the person agrees.
    func insist(_ key: String, _ values: [String: String] = [:]) throws(Failure) {
        guard try confirm(key, values) else { throw Failure(.usage, "usage.cancelled", next: "next.again") }
    }

    /// The lines of a text, until one is a full stop only. A line `!` goes on in the person's editor.
    /// - Parameters:
    ///   - old: What the editor begins with when nothing was typed before.
    ///   - commands: First lines that are the whole answer.
    func lines(
        _ person: any Person, old: String = "", commands: Set<String> = []
    ) throws(Failure) -> [String] {
        var lines: [String]
        do throws(SystemError) {
            lines = try person.lines("> ") {
                $0.last == "!" || ($0.count == 1 && commands.contains($0[0]))
            }
        } catch { throw Self.unread(error) }
        guard lines.last == "!" else { return lines }
        lines.removeLast()
        let text = lines.isEmpty ? old : lines.joined(separator: "\n")
        return try Editor(desk: self).edit(text).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    private static func unread(_ error: SystemError) -> Failure {
        switch error.code {
        case SystemError.tooBig: .usage("usage.lineTooLong")
        case SystemError.badMessage: .usage("usage.notText")
        default: Failure(.usage, "usage.cancelled", next: "next.again")
        }
    }

    /// A line without white space around it.
    func answer(_ person: any Person, _ prompt: String) throws(Failure) -> String {
        let line: String
        do throws(SystemError) { line = try person.line(prompt) } catch { throw Self.unread(error) }
        var words = line[...]
        while words.first?.isWhitespace == true { words.removeFirst() }
        while words.last?.isWhitespace == true { words.removeLast() }
        return String(words)
    }
}
