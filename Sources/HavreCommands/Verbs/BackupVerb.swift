import HavreCodec
import HavreSystem
import HavreWire

/// `havre backup DIR`: copies both stores, as they were at one moment, into a new folder.
struct Backup: Verb {
    static let row = Row("backup", .keeping, [Operand("DIR")], exits: [3, 4, 8])

    private let path: String

    init(_ arguments: Arguments) throws(Failure) { path = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let folder = try newFolder()
        let answer = try daemon.act("Backup")
        let vault = try Self.handle(answer, "vault")
        let gate = try Self.handle(answer, "gate")
        let place: String
        do throws(SystemError) {
            try Self.copy(vault.descriptor, as: "vault.db", in: folder)
            try Self.copy(gate.descriptor, as: "gate.backup", in: folder)
            try folder.makeDirectory("blobs")
            place = try folder.path()
        } catch {
            throw Screen.failure(error)
        }
        try copyBlobs((answer.parameters["blobs"]?.array ?? []).compactMap(\.string), folder, daemon, desk)
        let json: JSON = [
            "vault": .string(place + "/vault.db"), "gate": .string(place + "/gate.backup"),
        ]
        try desk.screen.answer(json) { desk.texts.say("say.backedUp", ["folder": place]) }
    }

    private func copyBlobs(
        _ names: [String], _ folder: borrowing Directory, _ daemon: Conversation, _ desk: Desk
    ) throws(Failure) {
        let blobs: Directory
        do throws(SystemError) { blobs = try folder.directory("blobs") } catch { throw Screen.failure(error) }
        for (done, name) in names.enumerated() {
            // The name becomes a file: nothing but the hex that blobs are called is one.
            guard (try? Identifier(hex: name)) != nil else { throw Failure(.tampered) }
            let answer = try daemon.act("BackupBlob", ["blob": .string(name)])
            let file = try Self.handle(answer, "file")
            do throws(SystemError) { try Self.copy(file.descriptor, as: name, in: blobs) } catch {
                throw Screen.failure(error)
            }
            desk.screen.progress("\((done + 1) * 100 / names.count) %")
        }
        desk.screen.progress(nil)
        do throws(SystemError) {
            try blobs.sync()
            try folder.sync()
        } catch {
            throw Screen.failure(error)
        }
    }

    /// A folder of its own, 0700, that was not there before.
    private func newFolder() throws(Failure) -> Directory {
        do throws(SystemError) {
            let (parent, name) = try Files.split(path)
            let above = try Directory(path: parent)
            try above.makeDirectory(name)
            return try above.directory(name)
        } catch {
            throw error.isFull ? Failure(.storageFull) : Input.failure(error, path)
        }
    }

    private static func handle(_ answer: Answer, _ name: String) throws(Failure) -> SharedDescriptor {
        guard let index = answer.parameters[name]?.int, answer.handles.indices.contains(Int(index)) else {
            throw Failure(.internal, "fail.otherVersion", next: "next.versions")
        }
        return answer.handles[Int(index)]
    }

    private static func copy(
        _ source: borrowing Descriptor, as name: String, in folder: borrowing Directory
    ) throws(SystemError) {
        let target = try folder.create(name)
        var offset: UInt64 = 0
        let size = try source.statSize()
        while offset < size {
            let part = try source.read(count: Int(min(1 << 20, size - offset)), at: offset)
            try target.write(part)
            offset += UInt64(part.count)
        }
        try target.sync()
    }
}
