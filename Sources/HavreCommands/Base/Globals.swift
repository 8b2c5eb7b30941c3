import HavreForms

/// The options that every verb has.
struct Globals: Sendable, Equatable {
    var socket: String?
    /// Which of several unlocked sessions.
    var name: String?
    var json = false
    /// Questions are answered with yes.
    var yes = false
    var help = false
    var language: Language?
    /// Whether to go on with a vault that was restored.
    var acceptRestore: Acceptance?

    /// How the six words of a restore are given.
    enum Acceptance: Sendable, Equatable {
        /// Typed at the terminal.
        case asked
        case words(String)
    }

    static let options = [
        Option("--socket", "PATH"), Option("--as", "NAME"), Option("--json"), Option("--yes"),
        Option("--lang", "en|fr"), Option("--accept-restore"), Option("--help"),
    ]

    init() {}

    /// Takes the options that every verb has out of a command line, wherever they stand before `--`.
    /// - Parameter valued: Names of the other options that take a value, so that a value is not taken for an option.
    /// - Returns: What is left.
    mutating func take(from words: [String]) throws(Failure) -> [String] {
        var left: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" { return left + [word] + rest }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = word == "-h" ? "--help" : parts.first.map(String.init) ?? ""
            guard let option = Self.options.first(where: { $0.name == name }) else {
                left.append(word)
                continue
            }
            if name == "--accept-restore" {
                guard acceptRestore == nil else { throw .usage("usage.repeatedOption", ["option": name]) }
                acceptRestore = parts.count == 2 ? .words(String(parts[1])) : .asked
                continue
            }
            guard option.value != nil else {
                guard parts.count == 1 else { throw .usage("usage.noValue", ["option": name]) }
                set(name)
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
                throw .usage("usage.missingValue", ["option": name])
            }
            try set(name, value)
        }
        return left
    }

    private mutating func set(_ flag: String) {
        switch flag {
        case "--json": json = true
        case "--yes": yes = true
        default: help = true
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Failure) {
        switch name {
        case "--socket":
            guard socket == nil else { throw .usage("usage.repeatedOption", ["option": name]) }
            socket = value
        case "--as":
            guard self.name == nil else { throw .usage("usage.repeatedOption", ["option": name]) }
            self.name = value
        default:
            guard let language = Language(rawValue: value) else {
                throw .usage("usage.choice", ["option": name, "codes": "en, fr"])
            }
            self.language = language
        }
    }
}
