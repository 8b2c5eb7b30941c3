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

    init(_ world: World, isJSON: Bool) {
        output = world.output
        errors = world.errors
        self.isJSON = isJSON
        isForPerson = !isJSON && world.output.isTerminal
        let noColour = world.environment("NO_COLOR") ?? ""
        hasColour = isForPerson && noColour.isEmpty && world.environment("TERM") != "dumb"
    }

    /// Bytes as they are, for output that is a file.
    /// - Throws: what says that the answer is lost, not the work: by now the daemon has done it.
    func raw(_ bytes: [UInt8]) throws(Failure) {
        do throws(SystemError) { try output.write(bytes) } catch {
            throw Failure(
                error.isFull ? .storageFull : .internal, "fail.output", ["what": error.reason],
                next: "fault.OutcomeUnknown.next")
        }
    }

    /// A line of text, or several.
    func line(_ text: String) throws(Failure) { try raw(Array((text + "\n").utf8)) }

    /// The answer of the verb: the object with `--json`, the text otherwise.
    func answer(_ json: JSON, _ text: () -> String) throws(Failure) {
        try line(isJSON ? json.text : text())
    }

    /// A remark for the person, on standard error; scripts are not told.
    func remark(_ text: String) {
        guard !isJSON else { return }
        _ = try? errors.write(Array((text + "\n").utf8))
    }

    /// How far a long call has come: one line that is written over, only for a person.
    func progress(_ text: String?) {
        guard !isJSON, errors.isTerminal else { return }
        _ = try? errors.write(Array(("\r\u{1B}[K" + (text ?? "")).utf8))
    }

    /// What went wrong. With `--json` one object with `error` and `message`.
    func fail(_ failure: Failure, _ texts: Texts) {
        let message = texts.message(failure)
        let next = texts.next(failure)
        let text: String
        if isJSON {
            let object: JSON = [
                "error": .string(failure.fault.wireName), "message": .string(message + " " + next),
            ]
            text = object.text
        } else {
            text = "havre: " + message + "\n" + next
        }
        _ = try? errors.write(Array((text + "\n").utf8))
    }

    /// Text that stands out, where that is wanted.
    func strong(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    static func failure(_ error: SystemError) -> Failure {
        error.isFull ? Failure(.storageFull) : Failure(.internal, "fail.system", ["what": error.description])
    }
}
