import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre view CASE [ATTACHMENT]`: looks at a file of a case, without a copy on any disk.
struct View: Verb {
    static let row = Row(
        "view", .records, AttachmentChoice.operands, [Option("--with", "PROGRAM")], exits: [3, 4, 5, 6, 8])

    /// Texts up to this size are shown here.
    private static let textByteCountMax: UInt64 = 1 << 20

    private let choice: AttachmentChoice
    private let program: String?

    init(_ arguments: Arguments) throws(Failure) {
        choice = try AttachmentChoice(arguments)
        program = arguments.value("--with")
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let caseName = try daemon.caseName(choice.name)
        let parameters = try choice.parameters(caseName, desk)
        let user = try daemon.ownSession().user
        let viewing = Viewing(socket: daemon.socket, user: user)
        let copy = try Copy(try viewing.folder(caseName, desk.places))
        do throws(Failure) {
            _ = try daemon.act("Fetch", parameters, [copy.handle])
            try show(try copy.named(), desk)
        } catch {
            copy.remove()
            throw error
        }
    }

    private func show(_ copy: Copy, _ desk: Desk) throws(Failure) {
        guard let person = desk.person(), desk.screen.isForPerson else {
            // A script is told where it lies; `close` and `lock` remove it.
            return try desk.screen.answer(["path": .string(copy.path), "bytes": .int(Int64(copy.byteCount))])
            {
                copy.path
            }
        }
        defer { copy.remove() }
        if copy.kind == .txt, copy.byteCount <= Self.textByteCountMax, program == nil {
            guard let text = String(validating: try copy.bytes(), as: UTF8.self) else {
                throw Failure(.internal, "usage.notText", next: "fault.Internal.next")
            }
            return try page(Text.escapedForTerminal(text, lines: true), copy, person, desk)
        }
        let isHandedOver = try hand(copy, desk)
        let key = isHandedOver ? "say.viewing" : "say.viewAt"
        try page(desk.texts.say(key, ["file": copy.path]), copy, person, desk)
        try desk.screen.line(desk.texts.say("say.viewed"))
    }

    private func page(
        _ text: String, _ copy: Copy, _ person: any Person, _ desk: Desk
    ) throws(Failure) {
        do throws(SystemError) {
            try Pager(text, desk.texts, hasColour: desk.screen.hasColour).show(to: person) { copy.remove() }
        } catch { throw Screen.failure(error) }
    }

    /// Starts the program that was named, or the desktop's own when there is a desktop.
    /// - Returns: Whether something was started.
    private func hand(_ copy: Copy, _ desk: Desk) throws(Failure) -> Bool {
        let hasDesktop = ["DISPLAY", "WAYLAND_DISPLAY"].contains { name in
            desk.world.environment(name).map { !$0.isEmpty } ?? false
        }
        guard let program = program ?? (hasDesktop ? "xdg-open" : nil) else { return false }
        let script = "command -v \"$1\" >/dev/null 2>&1 || exit 127; exec \"$1\" \"$2\""
        let status: Int32
        do throws(SystemError) {
            status = try desk.world.runWith(["sh", "-c", script, "sh", program, copy.path], copy.handle)
        } catch { throw Screen.failure(error) }
        guard status != 127 || self.program == nil else {
            throw .usage("usage.noProgram", ["program": program])
        }
        return status == 0
    }
}

/// One copy in memory.
final class Copy {
    private let folder: Directory
    private var name: String
    let handle: SharedDescriptor
    private(set) var kind = FileKind.bin
    private(set) var byteCount: UInt64 = 0

    /// An empty file that nobody else can read.
    init(_ folder: consuming Directory) throws(Failure) {
        let random = Random.bytes(3).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        name = random
        do throws(SystemError) {
            let file = try folder.open(random, [.write, .create, .exclusive], mode: 0o600)
            handle = SharedDescriptor(file)
        } catch { throw Screen.failure(error) }
        self.folder = folder
    }

    /// For people and scripts to find it; a folder that somebody removed meanwhile has none.
    var path: String { ((try? folder.path()) ?? "") + "/" + name }

    /// Gives it the ending that its first bytes ask for.
    func named() throws(Failure) -> Copy {
        do throws(SystemError) {
            let file = try folder.open(name, [.read])
            byteCount = try file.statSize()
            kind = FileKind(try file.read(count: Int(min(byteCount, 4096)), at: 0))
            try folder.rename(name, to: name + "." + kind.rawValue)
            name += "." + kind.rawValue
            return self
        } catch { throw Screen.failure(error) }
    }

    func bytes() throws(Failure) -> [UInt8] {
        do throws(SystemError) { return try folder.read(name, byteCountMax: Int(byteCount)) } catch {
            throw Screen.failure(error)
        }
    }

    /// What cannot be removed lies in memory, and goes at `close`, `lock` or with the session of the machine.
    func remove() { _ = try? folder.unlinkIfPresent(name) }
}
