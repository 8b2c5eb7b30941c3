import HavreCodec
import HavreSystem
import HavreWire

/// What a run says: one JSON object or text for people on standard output, everything else on standard error.
final class Screen {
    private let output: any Sink
    private let errors: any Sink
    let isJSON: Bool
    /// Whether a person reads standard output as text.
    let isForPerson: Bool
    /// Whether emphasis may be used (NO_COLOR, no-color.org).
    let hasColour: Bool
    private let texts: Texts
    /// Somebody who reads page by page; nil where nobody can.
    private let reader: () -> (any Person)?
    private let size: () -> (columns: Int, rows: Int)?

    init(_ world: World, _ texts: Texts, isJSON: Bool) {
        output = world.output
        errors = world.errors
        self.isJSON = isJSON
        self.texts = texts
        isForPerson = !isJSON && world.output.isTerminal
        let noColour = world.environment("NO_COLOR") ?? ""
        let isPlain = world.environment("TERM") == "dumb"
        hasColour = isForPerson && noColour.isEmpty && !isPlain
        reader = isForPerson && world.inputIsTerminal && !isPlain ? world.person : { nil }
        size = world.outputSize
    }

    /// Columns to write in: those of the person's screen, 100 where nobody reads along.
    var columns: Int { isForPerson ? size()?.columns ?? 80 : 100 }

    /// An id as it is shown: to a person its first digits, which are all that she has to type.
    func shown(id: String) -> String { isForPerson ? String(id.prefix(8)) : id }

    /// What stands between a head and what it is about.
    var colon: String { texts.say("mark.colon") }

    /// Bytes as they are, for output that is a file.
    /// - Throws: what says that the answer is lost, not the work: by now the daemon has done it.
    func raw(_ bytes: [UInt8]) throws(Failure) {
        do throws(SystemError) { try output.write(bytes) } catch {
            throw Failure(
                error.isFull ? .storageFull : .internal, "fail.output", ["why": error.reason],
                next: "fault.OutcomeUnknown.next")
        }
    }

    /// A line of text, or several.
    func line(_ text: String) throws(Failure) { try raw(Array((text + "\n").utf8)) }

    /// The answer of the verb: the object with `--json`, the text otherwise.
    func answer(_ json: JSON, _ text: () -> String) throws(Failure) {
        guard !isJSON else { return try line(json.visibleText) }
        try show(text())
    }

    /// Text for people: broken to the width of her screen, page by page when it is longer than the screen.
    func show(_ text: String) throws(Failure) {
        guard isForPerson else { return try line(text) }
        let lines = Layout.wrapped(text, columns: columns)
        if lines.count >= size()?.rows ?? .max, let reader = reader() {
            do throws(SystemError) {
                return try Pager(text, texts, hasColour: hasColour).show(to: reader)
            } catch { throw Self.failure(error) }
        }
        try line(lines.joined(separator: "\n"))
    }

    /// A remark for the person, on standard error; scripts are not told.
    func remark(_ text: String) {
        guard !isJSON else { return }
        _ = try? errors.write(Array((fitted(text) + "\n").utf8))
    }

    /// Broken to the width of the screen where errors are read by a person.
    private func fitted(_ text: String) -> String {
        guard errors.isTerminal else { return text }
        return Layout.wrapped(text, columns: size()?.columns ?? 80).joined(separator: "\n")
    }

    /// How far a long call has come: one line that is written over, only for a person.
    func progress(_ text: String?) {
        guard !isJSON, errors.isTerminal else { return }
        _ = try? errors.write(Array(("\r\u{1B}[K" + (text ?? "")).utf8))
    }

    /// What went wrong. With `--json` one object with `error` and `message`.
    func fail(_ failure: Failure, _ texts: Texts) {
        let words = FailureText(texts: texts, reader: isJSON ? .script : isForPerson ? .person : .file)
        let message = words.message(failure)
        let next = words.next(failure)
        let text: String
        if isJSON {
            let object: JSON = [
                "error": .string(failure.fault.wireName), "message": .string(message + " " + next),
            ]
            text = object.visibleText
        } else {
            text = fitted("havre: " + message + "\n" + next)
        }
        _ = try? errors.write(Array((text + "\n").utf8))
    }

    /// Text that stands out, where that is wanted.
    func strong(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    static func failure(_ error: SystemError) -> Failure {
        error.isFull
            ? Failure(.storageFull)
            : Failure(.internal, "fail.system", ["call": error.call, "why": error.reason])
    }
}
