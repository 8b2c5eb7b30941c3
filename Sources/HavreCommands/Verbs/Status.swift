import HavreCodec

/// `havre status`: whether the vault serves. It needs no session.
struct Status: Verb {
    static let row = Row("status", .start, exits: [8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let answer = try desk.daemon().ask("Status")
        let said = answer.parameters
        try desk.screen.answer(answer.news()) {
            var lines = [
                desk.texts.say(said["state"]?.string == "serving" ? "say.serving" : "say.vaultClosed"),
                desk.texts.count("count.unlocked", Int(said["unlocked"]?.int ?? 0)),
            ]
            for warning in (said["warnings"]?.array ?? []).compactMap(\.string) {
                let key = "warning." + warning
                lines.append(
                    "! " + (desk.texts.has(key) ? desk.texts.say(key) : Text.escapedForTerminal(warning)))
            }
            return lines.joined(separator: "\n")
        }
    }
}
