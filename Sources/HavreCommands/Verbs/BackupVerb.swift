import Havre
import HavreCodec
import HavreSystem
import HavreWire

/// `havre backup DIR`: both halves of the vault, written down where somebody says.
struct BackupVerb: Verb {
    static let row = Row("backup", .keeping, [Operand("DIR")], exits: [3, 4, 8])

    private let path: String

    init(_ arguments: Arguments) throws(Failure) { path = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let folder = try BackupFolder(path)
        do throws(Failure) {
            let written = try write(into: folder, daemon, desk)
            note(written.size, daemon, desk)
            let news: JSON = [
                "vault": .string(written.vault), "gate": .string(written.gate), "size": .int(written.size),
            ]
            try desk.screen.answer(news) {
                desk.texts.say(
                    "say.backup",
                    ["vault": written.vault, "gate": written.gate, "size": String(written.size)])
            }
        } catch {
            folder.abandon()
            throw error
        }
    }

    private struct Written {
        let vault, gate: String
        let size: Int64
    }

    private func write(
        into folder: borrowing BackupFolder, _ daemon: Conversation, _ desk: Desk
    ) throws(Failure) -> Written {
        var blobs: [String] = []
        func take(_ part: JSON) { blobs += (part["blobs"]?.array ?? []).compactMap(\.string) }
        let answer = try daemon.act("Backup", each: take)
        take(answer.parameters)
        var progress = Amount(desk.screen)
        defer { progress.end() }
        var vault = try folder.half("vault")
        do throws(Failure) {
            try add("vault.db", "vault", answer, to: &vault, &progress)
            try addBlobs(blobs, to: &vault, daemon, &progress)
            var gate = try folder.half("gate")
            do throws(Failure) {
                try add("gate.backup", "gate", answer, to: &gate, &progress)
                try add("gate.journal", "journal", answer, to: &gate, &progress, isOptional: true)
                try add("erasures.log", "erasures", answer, to: &gate, &progress, isOptional: true)
                let size = answer.parameters["size"]?.int ?? 0
                return try disk { () throws(SystemError) in
                    try vault.finish()
                    try gate.finish()
                    return Written(vault: try vault.path(), gate: try gate.path(), size: size)
                }
            } catch {
                gate.abandon()
                throw error
            }
        } catch {
            vault.abandon()
            throw error
        }
    }

    private func add(
        _ name: String, _ field: String, _ answer: Answer, to half: inout BackupHalf,
        _ progress: inout Amount, isOptional: Bool = false
    ) throws(Failure) {
        guard let place = answer.parameters[field]?.int else {
            if isOptional { return }
            throw Failure(.internal, "fail.otherVersion", next: "next.versions")
        }
        guard answer.handles.indices.contains(Int(place)) else {
            throw Failure(.internal, "fail.otherVersion", next: "next.versions")
        }
        try disk { () throws(SystemError) in
            try half.add(name, from: answer.handles[Int(place)].descriptor) { progress.add($0) }
        }
    }

    /// As many as one message carries descriptors.
    private static let blobCountMax = 8

    private func addBlobs(
        _ blobs: [String], to half: inout BackupHalf, _ daemon: Conversation,
        _ progress: inout Amount
    ) throws(Failure) {
        var rest = blobs[...]
        while !rest.isEmpty {
            let names = Array(rest.prefix(Self.blobCountMax))
            rest = rest.dropFirst(names.count)
            let answer = try daemon.act("BackupBlobs", ["blobs": .array(names.map { .string($0) })])
            let places = (answer.parameters["files"]?.array ?? []).compactMap(\.int)
            guard places.count == names.count,
                places.allSatisfy({ answer.handles.indices.contains(Int($0)) })
            else { throw Failure(.internal, "fail.otherVersion", next: "next.versions") }
            for (name, place) in zip(names, places) {
                try disk { () throws(SystemError) in
                    try half.add(blob: name, from: answer.handles[Int(place)].descriptor) { progress.add($0) }
                }
            }
        }
    }

    /// The backup is there whether or not the house can write down that it is.
    private func note(_ size: Int64, _ daemon: Conversation, _ desk: Desk) {
        guard (try? daemon.act("BackupKept", ["size": .int(size)])) == nil else { return }
        desk.screen.remark(desk.texts.say("note.backupNotNoted"))
    }

    private func disk<Value>(_ body: () throws(SystemError) -> Value) throws(Failure) -> Value {
        do throws(SystemError) { return try body() } catch { throw Screen.failure(error) }
    }
}

/// How much of something long was done: mebibytes, shown to a person.
struct Amount {
    private let screen: Screen
    private var byteCount = 0

    init(_ screen: Screen) { self.screen = screen }

    mutating func add(_ count: Int) {
        byteCount += count
        screen.progress("\(byteCount >> 20) MiB")
    }

    func end() { screen.progress(nil) }
}
