import Havre
import HavreCodec
import HavreSystem
import HavreWire

/// What a check found, as both ways of checking say it.
enum CheckText {
    /// - Parameter isPartial: not everything could be looked at; then it is never called right.
    static func say(isPartial: Bool, problems: [JSON], isRight: Bool = true, _ desk: Desk) throws(Failure) {
        let isWhole = isRight && problems.isEmpty && !isPartial
        if !isWhole { desk.status = 5 }
        let json: JSON = [
            "ok": .bool(isWhole), "partial": .bool(isPartial), "problems": .array(problems),
        ]
        try desk.screen.answer(json) {
            let isOnlyPartial = isPartial && problems.isEmpty
            var lines = [
                desk.texts.say(
                    isWhole ? "say.checkRight" : isOnlyPartial ? "say.checkPartial" : "say.checkWrong")
            ]
            for problem in problems {
                let (place, what) = (problem["where"]?.string ?? "", problem["what"]?.string ?? "")
                lines.append(
                    "  " + Self.place(place, desk.texts) + desk.screen.colon + " "
                        + Text.escapedForTerminal(desk.texts.rule(what)))
            }
            return lines.joined(separator: "\n")
        }
    }

    /// `row: area 0a1b, number 3` in the reader's words; a name of a file, or a path, as it is.
    private static func place(_ place: String, _ texts: Texts) -> String {
        let parts = place.split(separator: ": ", maxSplits: 1).map(String.init)
        guard let part = parts.first, texts.has("part." + part) else { return Text.escapedForTerminal(place) }
        let details = (parts.count == 2 ? parts[1] : "").split(separator: ", ").map { detail in
            let words = detail.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, texts.has("detail." + words[0]) else {
                return Text.escapedForTerminal(String(detail))
            }
            return texts.say("detail." + words[0], ["id": words[1]])
        }
        let name = texts.say("part." + part)
        return details.isEmpty ? name : name + " (" + details.joined(separator: ", ") + ")"
    }
}

/// `havre check`: whether everything that is stored is what was stored.
struct Check: Verb {
    static let row = Row(
        "check", .keeping, [],
        [Option("--vault", "DIR"), Option("--gate", "DIR"), Option("--device-key", "PATH")],
        exits: [3, 4, 5, 8, 9])

    private let vault, gate, deviceKey: String?

    init(_ arguments: Arguments) throws(Failure) {
        vault = arguments.value("--vault")
        gate = arguments.value("--gate")
        deviceKey = arguments.value("--device-key")
        guard vault != nil || (gate == nil && deviceKey == nil) else {
            throw .usage("usage.missingOption", ["option": "--vault"])
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        if let vault { return try offline(vault, desk) }
        let said = try desk.daemon().act("Check").parameters
        try CheckText.say(
            isPartial: said["partial"]?.bool != false, problems: said["problems"]?.array ?? [],
            isRight: said["ok"]?.bool == true, desk)
    }

    private static func look(
        _ path: String, gate: String?, deviceKey: String?, _ clock: Clock
    ) throws(HavreError) -> Findings {
        guard let gate, (try? Files.exists(gate)) ?? false else { return try Vault.checkAlone(vault: path) }
        do throws(HavreError) {
            let opened = try Vault(vault: path, gate: gate, deviceKey: deviceKey, clock: clock)
            defer { opened.close() }
            return try opened.check(nil)
        } catch {
            // Without its device key, or after a panic without a supervisor, the gate says nothing: the rest is looked
            // at alone.
            guard error == .gateClosed else { throw error }
        }
        return try Vault.checkAlone(vault: path)
    }

    /// Without a daemon and without any passphrase; without the gate only what can be seen from outside.
    private func offline(_ path: String, _ desk: Desk) throws(Failure) {
        guard (try? Files.exists(path)) ?? false else {
            throw Input.failure(SystemError("vault", SystemError.noEntry), path)
        }
        let found: Findings
        do throws(HavreError) {
            found = try Self.look(path, gate: gate, deviceKey: deviceKey, desk.world.clock)
        } catch {
            // Stores that do not even open have been answered: they are not what was stored.
            guard error == .tampered || error == .rolledBack else { throw Failure(error) }
            let isNewer = gate.map { Vault.isOfNewerVersion(vault: path, gate: $0) } ?? false
            let what = desk.texts.say(isNewer ? "fail.newerVersion" : "fault." + error.name)
            return try CheckText.say(
                isPartial: true, problems: [["where": .string(path), "what": .string(what)]], desk)
        }
        try CheckText.say(
            isPartial: found.isPartial,
            problems: found.problems.map { ["where": .string($0.place), "what": .string($0.what)] }, desk)
    }
}
