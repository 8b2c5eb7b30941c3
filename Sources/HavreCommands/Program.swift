import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire

/// The program `havre`: reads its command line, runs one verb, and ends with the status that says how it went.
package enum Program {
    /// What `--version` says.
    package static let version = "0.1.0"

    /// Runs the process's own command line.
    package static func main() -> Never {
        let words = Array(CommandLine.arguments.dropFirst())
        let world = World.real()
        do throws(SystemError) {
            try Process.keepStandardDescriptors()
            if handlesSecrets(words) { try Process.reexecHardened() }
            Process.closeUmask()
            try Process.hardenSelf()
            // Whoever judges signatures asks libsodium for known answers first.
            do throws(SecretError) { try SelfTest.run() } catch {
                throw SystemError("libsodium's self-test", SystemError.invalid)
            }
        } catch {
            let desk = Desk(early(words), world)
            desk.screen.fail(Screen.failure(error), desk.texts)
            Process.exitNow(Fault.internal.exitStatus)
        }
        Process.exitNow(run(words, world))
    }

    /// Runs one command line in a world.
    /// - Returns: The exit status.
    static func run(_ words: [String], _ world: World) -> Int32 {
        var globals = early(words)
        var desk = Desk(globals, world)
        do throws(Failure) {
            globals = Globals()
            let left = try globals.take(from: words)
            desk = Desk(globals, world)
            try run(left, desk)
            return desk.status
        } catch {
            desk.screen.fail(error, desk.texts)
            return error.fault.exitStatus
        }
    }

    /// What can be told of a command line that may make no sense: in which language and form to say so.
    private static func early(_ words: [String]) -> Globals {
        var globals = Globals()
        if (try? globals.take(from: words)) != nil { return globals }
        var least = Globals()
        least.json = words.prefix { $0 != "--" }.contains("--json")
        return least
    }

    private static func run(_ words: [String], _ desk: Desk) throws(Failure) {
        if words == ["--version"] {
            try desk.screen.answer(["version": .string(version)]) { "havre " + version }
            return
        }
        guard let first = words.first, first != "help" else {
            return try Help.run(Array(words.dropFirst()), desk)
        }
        guard let (verb, rest) = VerbTable.find(words) else {
            // Half of a verb of two words: help for what could follow.
            if desk.globals.help, VerbTable.begins(first) { return try Help.run([first], desk) }
            // Named in the contract, and not there yet: she asks in person.
            if VerbTable.coming.contains(first) {
                throw Failure(.usage, "usage.noRequests", next: "fault.NotGranted.next")
            }
            let key = VerbTable.begins(first) ? "usage.unfinishedVerb" : "usage.unknownVerb"
            throw .usage(key, ["verb": first, "verbs": VerbTable.following(first).joined(separator: ", ")])
        }
        if desk.globals.help { return try Help.run(verb.row.words, desk) }
        do throws(Failure) { try verb.init(try Arguments(rest, row: verb.row)).run(desk) } catch {
            throw error.of(verb.row)
        }
    }

    private static func handlesSecrets(_ words: [String]) -> Bool {
        var globals = Globals()
        guard let left = try? globals.take(from: words), !globals.help else { return false }
        return VerbTable.find(left)?.verb.row.isSecret ?? false
    }
}
