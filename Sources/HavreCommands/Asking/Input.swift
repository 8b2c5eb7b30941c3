import HavreCodec
import HavreSystem
import HavreWire

/// What comes in from files and from standard input.
enum Input {
    /// A record is at most one message of the protocol.
    private static let byteCountMax = 1 << 20

    /// All of standard input.
    static func standard() throws(Failure) -> [UInt8] {
        do throws(SystemError) {
            return try Lent.use(0) { input throws(SystemError) in
                try input.readToEnd(byteCountMax: byteCountMax)
            }
        } catch {
            throw failure(error, "-")
        }
    }

    /// All of standard input as text, without the newline at its end.
    static func standardText() throws(Failure) -> String {
        guard let typed = String(validating: try standard(), as: UTF8.self) else {
            throw .usage("usage.notText")
        }
        var text = Text.lineFeeds(typed)
        while text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty else { throw .usage("usage.emptyInput") }
        return text
    }

    /// All of a file, or of standard input for `-`.
    static func bytes(_ path: String) throws(Failure) -> [UInt8] {
        if path == "-" { return try standard() }
        do throws(SystemError) { return try Files.read(path, byteCountMax: byteCountMax) } catch {
            throw failure(error, path)
        }
    }

    /// The fields of a record, as strict JSON.
    static func json(_ path: String) throws(Failure) -> JSON {
        let bytes = try bytes(path)
        do throws(CodecError) { return try JSON(parsing: bytes) } catch {
            throw Failure(.invalid, "fail.notJSON", ["rule": error.rule])
        }
    }

    static func failure(_ error: SystemError, _ path: String) -> Failure {
        switch error.code {
        case SystemError.tooBig: .usage("usage.fileTooBig")
        default: Failure(.usage, "usage.file", ["file": path, "why": error.reason], next: "next.file")
        }
    }
}
