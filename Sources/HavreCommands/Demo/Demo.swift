import HavreCodec
import HavreSamples
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre demo`: the main job on three fictional cases, each step really done against a daemon of its own.
struct Demo: Verb {
    static let row = Row("demo", .start, [], [], isSecret: true)

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let stage = try Stage(desk)
        let play = Play(stage)
        do throws(Failure) {
            try play.all()
        } catch {
            stage.stop()
            Folders.remove(stage.folder, besides: [])
            throw error
        }
        stage.stop()
        Folders.remove(stage.folder, besides: ["left"])
        if play.failures > 0 { desk.status = 1 }
        try desk.screen.answer([
            "ok": .bool(play.failures == 0), "steps": .int(Int64(play.steps)),
            "bundle": .string(play.bundlePath),
        ]) {
            desk.texts.say(
                play.failures == 0 ? "demo.end" : "demo.endFailed",
                [
                    "bundle": play.bundlePath, "page": stage.folder + "/left/index.html",
                    "letter": stage.folder + "/left/README.txt",
                    "key": stage.folder + "/left/identity.txt", "n": String(play.failures),
                ])
        }
    }
}

/// Folders that the demo made and removes.
enum Folders {
    /// Removes everything in a private folder of ours but some names, and the folder when it is empty.
    static func remove(_ path: String, besides kept: Set<String>) {
        // What cannot be removed is left for the person to see; the demo has said where it is.
        _ = try? clear(path, kept)
        if kept.isEmpty, let (parent, name) = try? Files.split(path) {
            _ = try? Directory(path: parent).removeDirectory(name)
        }
    }

    private static func clear(_ path: String, _ kept: Set<String>) throws(SystemError) {
        let folder = try Directory(path: path)
        for name in try folder.list() where !kept.contains(name) {
            if try folder.status(name)?.kind == .directory {
                try clear(path + "/" + name, [])
                try folder.removeDirectory(name)
            } else {
                try folder.unlink(name)
            }
        }
    }

    /// Copies the plain files of a folder and of its folders.
    static func copy(_ from: String, to target: String) throws(SystemError) {
        let source = try Directory(path: from)
        let folder = try Directory(private: target)
        for name in try source.list() {
            guard let status = try source.status(name) else { continue }
            if status.kind == .directory {
                try copy(from + "/" + name, to: target + "/" + name)
            } else if status.kind == .regular {
                try folder.write(try source.read(name, byteCountMax: 256 << 20), to: name)
            }
        }
    }

    /// Every byte of the files of a folder and of its folders.
    static func bytes(_ path: String) throws(SystemError) -> [[UInt8]] {
        let folder = try Directory(path: path)
        var files: [[UInt8]] = []
        for name in try folder.list() {
            guard let status = try folder.status(name) else { continue }
            if status.kind == .directory {
                files += try bytes(path + "/" + name)
            } else if status.kind == .regular {
                files.append(try folder.read(name, byteCountMax: 256 << 20))
            }
        }
        return files
    }
}
