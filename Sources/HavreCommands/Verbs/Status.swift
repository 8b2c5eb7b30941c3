import HavreCodec

/// `havre status`: whether the vault serves. It needs no session; a supervisor's or keeper's tells more.
struct Status: Verb {
    static let row = Row("status", .start, exits: [8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let answer = try desk.daemon().status()
        let said = answer.parameters
        try desk.screen.answer(answer.news()) {
            var lines = [
                desk.texts.say(said["state"]?.string == "serving" ? "say.serving" : "say.vaultClosed"),
                desk.texts.count("count.unlocked", Int(said["unlocked"]?.int ?? 0)),
            ]
            lines += (said["warnings"]?.array ?? []).compactMap(\.string).map { Self.line($0, desk) }
            return lines.joined(separator: "\n")
        }
    }

    /// A warning in words: a code, with a number after a colon where there is one.
    private static func line(_ warning: String, _ desk: Desk) -> String {
        let parts = warning.split(separator: ":", maxSplits: 1).map(String.init)
        let key = "warning." + (parts.first ?? "")
        guard desk.texts.has(key) else { return "! " + Text.escapedForTerminal(warning) }
        return "! " + desk.texts.say(key, ["n": parts.count == 2 ? parts[1] : ""])
    }
}
