/// An option of a verb: `--until DATE`, or a flag without value.
struct Option: Sendable, Equatable {
    /// With its dashes.
    let name: String
    /// The name of the value in the help; nil for a flag.
    let value: String?
    /// Whether it may be given more than once, or be given a list.
    let isRequired: Bool

    init(_ name: String, _ value: String? = nil, isRequired: Bool = false) {
        self.name = name
        self.value = value
        self.isRequired = isRequired
    }
}

/// A word of the command line that is not an option: `CASE`.
struct Operand: Sendable, Equatable {
    let name: String
    let isRequired: Bool

    init(_ name: String, isRequired: Bool = true) {
        self.name = name
        self.isRequired = isRequired
    }

    static let caseName = Operand("CASE")
    static let record = Operand("RECORD")
}

/// The chapters of the overview, in its order.
enum Chapter: String, CaseIterable, Sendable {
    case start, me, cases, records, access, staff, evidence, keeping
}

/// One row of the table of verbs: what the command line of a verb looks like. Its texts stand in the catalogue
/// under `verb.WORDS` (summary), `about.WORDS` (more, optional) and `examples.WORDS`, the words joined by `-`.
struct Row: Sendable, Equatable {
    /// `["case", "new"]`.
    let words: [String]
    let chapter: Chapter
    let operands: [Operand]
    let options: [Option]
    /// Whether it takes a secret: then the process starts again in its hardened form.
    let isSecret: Bool
    /// The exit statuses besides 0, 1 and 2 that mean something here. A verb that talks to the daemon (8) may also find
    /// the log put back (5) or too much going on (9).
    let exits: [Int32]

    init(
        _ words: String, _ chapter: Chapter, _ operands: [Operand] = [], _ options: [Option] = [],
        isSecret: Bool = false, exits: [Int32] = []
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.chapter = chapter
        self.operands = operands
        self.options = options
        self.isSecret = isSecret
        self.exits = exits.contains(8) ? Set(exits).union([5, 9]).sorted() : exits
    }

    /// The words as they are typed.
    var name: String { words.joined(separator: " ") }
    /// The words as keys of the catalogue have them.
    var key: String { words.joined(separator: "-") }

    /// Whether a grant on a case can give the right to it; everything else goes by role.
    var isGranted: Bool {
        operands.contains { $0.name == "CASE" } && !["grant", "revoke", "case"].contains(words[0])
    }

    /// Whether it names a colleague.
    var namesColleague: Bool {
        (chapter != .evidence && operands.contains { $0.name == "NAME" })
            || options.contains { $0.name == "--owner" }
    }
}

/// A verb: a row of the table, what its arguments mean, and what it does.
protocol Verb: Sendable {
    static var row: Row { get }
    /// Reads what was typed; nothing is done.
    init(_ arguments: Arguments) throws(Failure)
    /// Does it, and says what there is to say.
    func run(_ desk: Desk) throws(Failure)
}
