import HavreSystem

/// Long texts page by page, on the terminal's second page: when the reader is done, or has left her desk, nothing of
/// them is left to scroll back to.
struct Pager {
    /// After so long without a key the text is put away.
    private static let idleSeconds = 600

    private let text: String
    private let texts: Texts
    private let hasColour: Bool

    /// - Parameter text: Escaped already.
    init(_ text: String, _ texts: Texts, hasColour: Bool) {
        self.text = text
        self.texts = texts
        self.hasColour = hasColour
    }

    /// - Parameter leave: Run when a signal is about to end the process.
    func show(to person: any Person, leave: () -> Void = {}) throws(SystemError) {
        var top = 0
        var lines: [String] = []
        var page = 1
        try person.browse(
            idleSeconds: Self.idleSeconds,
            draw: { columns, rows in
                lines = Layout.wrapped(text, columns: columns, strictly: true)
                page = max(1, rows - 1)
                top = max(0, min(top, lines.count - page))
                return screen(lines, top, page, columns)
            },
            press: { key in
                switch Self.move(key, page) {
                case .by(let count): top = max(0, min(top + count, lines.count - page))
                case .start: top = 0
                case .end: top = max(0, lines.count - page)
                case .leave: return false
                case nil: break
                }
                return true
            }, leave: leave)
    }

    private enum Move { case by(Int), start, end, leave }

    private static func move(_ key: TerminalKey, _ page: Int) -> Move? {
        switch key {
        case .down, .character("j"), .character("\n"), .character("\r"): .by(1)
        case .up, .character("k"): .by(-1)
        case .pageDown, .character(" "), .character("f"): .by(max(1, page - 1))
        case .pageUp, .character("b"): .by(-max(1, page - 1))
        case .home, .character("g"): .start
        case .end, .character("G"): .end
        case .escape, .character("q"), .character("Q"): .leave
        default: nil
        }
    }

    private func screen(_ lines: [String], _ top: Int, _ page: Int, _ columns: Int) -> [String] {
        let shown = lines[top..<min(lines.count, top + page)]
        let place = texts.say(
            "pager.place",
            ["first": String(top + 1), "last": String(top + shown.count), "all": String(lines.count)])
        var status = " " + place + "   " + texts.say("pager.keys")
        // The last line must not wrap: it would push the first one out.
        while Layout.width(status) >= columns { status.removeLast() }
        return shown + Array(repeating: "", count: page - shown.count)
            + [hasColour ? "\u{1B}[7m\(status)\u{1B}[0m" : status]
    }
}
