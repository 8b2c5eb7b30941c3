import CSystem

/// The person's own terminal, `/dev/tty`: never standard input, so that a pipe is not taken for a person.
package struct Terminal: ~Copyable {
    let tty: Descriptor

    /// Opens the terminal of this process.
    /// - Throws: when there is none.
    package init() throws(SystemError) { try self.init(path: "/dev/tty") }

    /// Opens a terminal by path, for tests on a pseudo-terminal.
    package init(path: String) throws(SystemError) {
        let opened = try Descriptor.open(path, [.readWrite])
        guard opened.isTerminal() else { throw SystemError("terminal", SystemError.noTerminal) }
        tty = opened
    }

    /// Asks for a secret: echo off, what was typed before the question dropped, and the line put byte by byte
    /// straight into the caller's memory. However it ends, the terminal is put back first and what was typed or
    /// pasted beyond the line is dropped, so that it cannot become a command; an interrupt (INT, TERM, HUP, QUIT)
    /// then takes its usual effect, and a stop (TSTP) stops, after which the question is asked again.
    /// - Returns: Bytes of the line, without its newline.
    /// - Throws: `tooBig` when the line does not fit (it is never cut short), `cancelled` at the end of input or
    ///   when an interrupt did not end the process.
    package borrowing func readSecret(
        prompt: String, into span: inout MutableRawSpan
    ) throws(SystemError) -> Int {
        try ask(prompt, echo: false, keepsRest: false, into: &span)
    }

    /// The longest line that the kernel hands over, in bytes; of a longer one it drops the rest without a word.
    package static let lineByteCountMax = 4094

    /// Asks for an ordinary line, echoed.
    /// - Parameter keepsRest: Whether what was typed or pasted before and beyond this line stays, for the next one of
    ///   the same text; the caller ends with `dropTyped`.
    /// - Returns: The line without its newline.
    /// - Throws: as `readSecret`; `badMessage` when it is not UTF-8.
    package borrowing func readLine(
        prompt: String, byteCountMax: Int = 4096, keepsRest: Bool = false
    ) throws(SystemError) -> String {
        var bytes = [UInt8](repeating: 0, count: byteCountMax)
        defer { Wipe.wipe(&bytes) }
        var whole = bytes.mutableSpan
        var span = unsafe whole.mutableBytes
        let count = try ask(prompt, echo: true, keepsRest: keepsRest, into: &span)
        guard let line = String(validating: bytes[..<count], as: UTF8.self) else {
            throw SystemError("terminal", SystemError.badMessage)
        }
        return line
    }

    /// Drops what was typed or pasted and not read, so that it cannot become a command.
    package borrowing func dropTyped() {
        csys_terminal_catch_signals()
        csys_terminal_drop(tty.raw)
        Self.raise(csys_terminal_release_signals())
    }

    /// The signals that came while they were held back take their usual effect now.
    static func raise(_ arrived: UInt32) {
        for number in 1..<Int32(32) where arrived & (1 << UInt32(number)) != 0 { csys_raise(number) }
    }

    /// Whether a whole line was typed that nobody has read.
    package borrowing func hasLine() -> Bool { csys_poll(tty.raw, 0) == 1 }

    /// Shows text. Stored text must have been escaped before.
    package borrowing func write(_ text: String) throws(SystemError) { try tty.write([UInt8](text.utf8)) }

    /// Columns and rows; 80 and 24 when the terminal does not say.
    package borrowing func size() -> (columns: Int, rows: Int) {
        var columns: UInt32 = 0
        var rows: UInt32 = 0
        guard unsafe csys_terminal_size(tty.raw, &columns, &rows) == 0, columns > 0, rows > 0 else {
            return (80, 24)
        }
        return (Int(columns), Int(rows))
    }

    private enum Line { case read(Int), tooLong, ended, interrupted, failed(SystemError) }

    private borrowing func ask(
        _ prompt: String, echo: Bool, keepsRest: Bool, into span: inout MutableRawSpan
    ) throws(SystemError) -> Int {
        while true {
            csys_terminal_catch_signals()
            let quiet = csys_terminal_quiet(tty.raw, echo ? 1 : 0, keepsRest ? 1 : 0)
            var line = Line.interrupted
            if quiet < 0, quiet != -SystemError.interrupted {
                line = .failed(SystemError("terminal", -quiet))
            } else if quiet == 0 {
                var isInPaste = false
                // A terminal that knows how marks its pastes: then their end is known, however slowly they come.
                let marks = !echo && Process.environment("TERM") != "dumb"
                line = takeLine((marks ? "\u{1B}[?2004h" : "") + prompt, into: &span, &isInPaste)
                csys_terminal_restore(tty.raw, keepsRest ? 1 : 0, isInPaste ? 1 : 0)
                if !echo { _ = try? write(marks ? "\u{1B}[?2004l\n" : "\n") }
            }
            let arrived = csys_terminal_release_signals()
            Self.raise(arrived)
            switch line {
            case .read(let count): return count
            case .tooLong: throw SystemError("terminal", SystemError.tooBig)
            case .ended: throw SystemError("terminal", SystemError.cancelled)
            case .failed(let error): throw error
            case .interrupted:
                guard arrived & ~csys_stop_signals == 0 else {
                    throw SystemError("terminal", SystemError.cancelled)
                }
            }
        }
    }

    /// The marks of a paste, six bytes each: `ESC [ 2 0 0 ~` before it, `ESC [ 2 0 1 ~` after.
    private static let pasteBegin: UInt64 = 0x1B5B_3230_307E
    private static let pasteEnd: UInt64 = 0x1B5B_3230_317E

    private borrowing func takeLine(
        _ prompt: String, into span: inout MutableRawSpan, _ isInPaste: inout Bool
    ) -> Line {
        do throws(SystemError) { try write(prompt) } catch { return .failed(error) }
        var byte: UInt8 = 0
        // The last six bytes, to know a mark by.
        var recent: UInt64 = 0
        defer {
            unsafe withUnsafeMutableBytes(of: &byte) { unsafe csys_wipe($0.baseAddress!, 1) }
            unsafe withUnsafeMutableBytes(of: &recent) { unsafe csys_wipe($0.baseAddress!, 8) }
        }
        var count = 0
        while true {
            if csys_terminal_interrupted() != 0 { return .interrupted }
            let waited = csys_terminal_wait(tty.raw, -1)
            if waited == -SystemError.interrupted { continue }
            if waited < 0 { return .failed(SystemError("poll", -waited)) }
            let got = unsafe csys_read(tty.raw, &byte, 1)
            if got == -Int(SystemError.interrupted) { continue }
            if got < 0 { return .failed(SystemError("read", Int32(-got))) }
            if got == 0 { return .ended }
            if byte == UInt8(ascii: "\n") { return count > span.byteCount ? .tooLong : .read(count) }
            recent = (recent << 8 | UInt64(byte)) & 0xFFFF_FFFF_FFFF
            if recent == Self.pasteBegin || recent == Self.pasteEnd {
                isInPaste = recent == Self.pasteBegin
                count -= 5
                continue
            }
            if count < span.byteCount { span.storeBytes(of: byte, toByteOffset: count, as: UInt8.self) }
            count += 1
        }
    }
}
