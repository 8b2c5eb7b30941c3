import HavreCodec
import HavreForms
import HavreSecrets
import HavreWire

/// What a verb works with: the options that every verb has, the words it speaks, where it writes, and the daemon.
final class Desk {
    let globals: Globals
    let world: World
    let texts: Texts
    let screen: Screen
    let places: Places
    /// The exit status of a verb that did its work: 5 when what it was asked to check is not right.
    var status: Int32 = 0
    private var conversation: Conversation?

    init(_ globals: Globals, _ world: World) {
        self.globals = globals
        self.world = world
        texts = Texts(Self.language(globals, world))
        screen = Screen(world, texts, isJSON: globals.json)
        places = Places(world)
    }

    private static func language(_ globals: Globals, _ world: World) -> Language {
        if let language = globals.language { return language }
        return Language.preferred(
            among: ["LC_ALL", "LC_MESSAGES", "LANG"].map { name in
                // An empty variable counts as unset (POSIX, "Internationalization Variables").
                world.environment(name).flatMap { $0.isEmpty ? nil : $0 }
            })
    }

    var language: Language { texts.language }

    /// Instants and days in the person's way of writing them.
    var moments: Moments { Moments(language) }

    /// The conversation with the daemon, begun at its first use.
    func daemon() throws(Failure) -> Conversation {
        if let conversation { return conversation }
        let begun = try Conversation(self)
        conversation = begun
        return begun
    }

    /// Lets the conversation go: the next one dials again.
    func hangUp() { conversation = nil }

    /// What the client remembers of vaults.
    func memory() throws(Failure) -> VaultMemory { VaultMemory(try places.state()) }

    /// The person who may be asked; nil where a script runs us: with `--json`, or when standard input is no terminal.
    func person() -> (any Person)? {
        guard !globals.json, world.inputIsTerminal else { return nil }
        return world.person()
    }

    /// Refuses what only some roles may do before a person is asked anything. The daemon decides, here as everywhere:
    /// a script goes to it at once, and an ended session is noticed here as well.
    func requireRole(_ roles: Set<String>, next: String? = nil) throws(Failure) {
        guard person() != nil else { return }
        let own = try daemon().act("Whoami").parameters
        guard roles.contains(own["role"]?.string ?? "") else { throw Failure(.notGranted, next: next) }
        // Her role may; she may not yet.
        guard own["pending"]?.array?.contains(where: { $0["kind"]?.string == "not-confirmed" }) != true else {
            throw Failure(.notGranted, "pending.not-confirmed", next: "next.confirmed")
        }
    }

    /// Opens the case if it is not, and refuses who may not write there, before a person has typed a text. The daemon
    /// decides, here as everywhere: a script goes to it at once, and its attempt is written down.
    /// - Parameter compartments: where it may come to lie: one of them is enough.
    func requireWriting(to compartments: Set<String>, of name: String) throws(Failure) {
        guard let person = person() else { return }
        while true {
            do throws(Failure) {
                let own =
                    try daemon().act("Whoami", ["case": .string(name)]).parameters["writes"]?.array ?? []
                guard own.contains(where: { compartments.contains($0.string ?? "") }) else {
                    throw Failure(.notGranted, "fail.noWriting", ["case": name])
                }
                return
            } catch {
                guard error.fault == .notOpen else { throw error }
                person.show(texts.say("note.notOpen", ["case": name]) + "\n")
                let purpose = try purpose(nil)
                _ = try daemon().act("Open", ["case": .string(name), "purpose": .string(purpose)])
            }
        }
    }

    /// The verb did what it should and there is nothing to tell.
    func done(_ key: String, _ values: [String: String] = [:]) throws(Failure) {
        try screen.answer(["ok": true]) { texts.say(key, values) }
    }

    /// Says whom one has spoken to for the first time, so that it can be compared with a colleague.
    func remarkFirstUse(_ server: PinnedServer) {
        guard let bytes = try? Hex.decode(server.fingerprint), bytes.count == 32 else { return }
        let words = SixWords.spell(bytes, in: language).joined(separator: " ")
        screen.remark(texts.say("note.firstUse", ["words": words]))
    }
}
