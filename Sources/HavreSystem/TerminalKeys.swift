import CSystem

/// What somebody presses while she reads.
package enum TerminalKey: Equatable, Sendable {
    case character(Unicode.Scalar), up, down, pageUp, pageDown, home, end, escape

    /// The first key of what one press sends: a character, or a sequence of xterm (ECMA-48, "cursor keys" and
    /// "editing keypad"). nil for what means nothing here.
    package init?(_ bytes: [UInt8]) {
        switch bytes {
        case [0x1B]: self = .escape
        case _ where bytes.starts(with: [0x1B]):
            guard let key = Self.sequences[String(decoding: bytes.dropFirst(2), as: UTF8.self)] else {
                return nil
            }
            self = key
        default:
            guard let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else { return nil }
            self = .character(scalar)
        }
    }

    private static let sequences: [String: TerminalKey] = [
        "A": .up, "B": .down, "5~": .pageUp, "6~": .pageDown, "H": .home, "F": .end, "1~": .home, "4~": .end,
        "7~": .home, "8~": .end,
    ]
}

extension Terminal {
    private static let lookMilliseconds: Int32 = 500

    private enum Browsed { case done, interrupted, failed(SystemError) }

    /// Shows screens on the terminal's second page and takes keys; when it ends, however it ends, what was there
    /// before is back and nothing of the screens is left to scroll to. An interrupt takes its usual effect then, and
    /// after a stop the screen is drawn again.
    /// - Parameters:
    ///   - idleSeconds: After so long without a key the screen is put away: nobody sits there any more.
    ///   - draw: A screen of that size, its lines without the newline; drawn again when the size has changed.
    ///   - press: Takes a key; false ends it.
    ///   - leave: Run when a signal is about to end the process, before it does.
    /// - Throws: what the terminal refuses.
    package borrowing func browse(
        idleSeconds: Int, draw: (_ columns: Int, _ rows: Int) -> [String], press: (TerminalKey) -> Bool,
        leave: () -> Void
    ) throws(SystemError) {
        while true {
            csys_terminal_catch_signals()
            let quiet = csys_terminal_keys(tty.raw)
            var ended = Browsed.interrupted
            if quiet < 0, quiet != -SystemError.interrupted {
                ended = .failed(SystemError("terminal", -quiet))
            } else if quiet == 0 {
                // The second page, without a cursor.
                _ = try? write("\u{1B}[?1049h\u{1B}[?25l")
                ended = read(idleSeconds, draw, press)
                _ = try? write("\u{1B}[2J\u{1B}[?25h\u{1B}[?1049l")
                csys_terminal_restore(tty.raw, 1, 0)
            }
            let arrived = csys_terminal_release_signals()
            if arrived & ~csys_stop_signals != 0 { leave() }
            Self.raise(arrived)
            switch ended {
            case .done: return
            case .failed(let error): throw error
            case .interrupted: guard arrived & ~csys_stop_signals == 0 else { return }
            }
        }
    }

    private borrowing func read(
        _ idleSeconds: Int, _ draw: (_ columns: Int, _ rows: Int) -> [String], _ press: (TerminalKey) -> Bool
    ) -> Browsed {
        var drawn: (columns: Int, rows: Int)?
        var idle = 0
        while true {
            let now = size()
            if drawn.map({ $0 != now }) ?? true {
                let lines = draw(now.columns, now.rows)
                let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
                do throws(SystemError) { try write("\u{1B}[H" + text + "\u{1B}[J") } catch {
                    return .failed(error)
                }
                drawn = now
            }
            if csys_terminal_interrupted() != 0 { return .interrupted }
            let waited = csys_terminal_wait(tty.raw, Self.lookMilliseconds)
            if waited == -SystemError.interrupted { continue }
            if waited < 0 { return .failed(SystemError("poll", -waited)) }
            if waited == 0 {
                idle += Int(Self.lookMilliseconds)
                if idle >= idleSeconds * 1000 { return .done }
                continue
            }
            idle = 0
            guard let bytes = try? tty.read(byteCountMax: 32), !bytes.isEmpty else { return .done }
            if let key = TerminalKey(bytes) {
                guard press(key) else { return .done }
                drawn = nil
            }
        }
    }
}
