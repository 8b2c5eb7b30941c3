import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem

@testable import HavreStore

/// A store in a private folder that goes with the value.
final class House {
    let folder: URL
    let places: StorePlaces
    let recovery: Key<Role.Backup>
    private var held: Store?
    private(set) var journal = DummyJournal()

    /// - Parameter hasMirror: keeps a second copy of the gate in the folder `mirror`.
    init(hasMirror: Bool = false, _ prepare: ((URL) throws -> Void)? = nil) throws {
        folder = try privateFolder("havre-store")
        let mirror = folder.appendingPathComponent("mirror").path
        if hasMirror {
            try FileManager.default.createDirectory(
                atPath: mirror, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        places = StorePlaces(
            vault: folder.appendingPathComponent("vault").path,
            gate: folder.appendingPathComponent("gate").path, mirror: hasMirror ? mirror : nil)
        let backup = Key<Role.Backup>()
        recovery = backup
        try Store.create(places, vault: Random.identifier(), firstBackupKey: backup)
        held = try Store.open(places, journal: journal)
    }

    /// The store as it is open now.
    var store: Store {
        guard let held else { preconditionFailure("the house is closed") }
        return held
    }

    /// Closes the store and lets go of its connections, as the end of the process does.
    func close() {
        held?.close()
        held = nil
    }

    deinit {
        close()
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Closes the store and opens it again, as a restart does.
    func restart(_ between: () throws -> Void = {}) throws {
        close()
        try between()
        try reopen()
    }

    func reopen() throws {
        close()
        journal = DummyJournal()
        held = try Store.open(places, journal: journal)
    }

    func change(_ text: String = "entry") -> Change {
        Change(
            operation: Random.identifier(), entry: Array(text.utf8),
            commitment: Hash.sha256(Random.bytes(32)),
            instant: 1_700_000_000)
    }

    /// Makes an area with rows `row 0`, `row 1`, ..., each with a body.
    @discardableResult
    func makeArea(rows: Int, pinned: Int? = nil) throws -> Area {
        let area = Area(Random.identifier())
        var change = change("make")
        var step = GateStep()
        step.newAreas = [area]
        change.gate = step
        for n in 0..<rows {
            change.puts.append(
                RowPut(
                    area: area, number: .at(UInt64(n)), payload: Array("row \(n)".utf8),
                    body: .sealed(Array("body \(n)".utf8)), isPinned: n == pinned))
        }
        _ = try store.submit(change)
        return area
    }

    func put(_ area: Area, _ n: UInt64, _ text: String, body: RowBody = .none) throws -> Change {
        var change = change("put")
        change.expects = [try expectation(area)]
        change.puts = [RowPut(area: area, number: .at(n), payload: Array(text.utf8), body: body)]
        return change
    }

    func expectation(_ area: Area) throws -> Expectation {
        guard let status = try store.area(area) else { throw StoreError.notFound }
        return status.expectation(of: area)
    }

    func text(_ area: Area, _ n: UInt64) throws -> String {
        String(decoding: try store.read(area, n).payload, as: UTF8.self)
    }
}

/// A fresh folder, in memory where there is such a place: the tests flush often.
func privateFolder(_ name: String) throws -> URL {
    let memory = "/dev/shm"
    let parent =
        FileManager.default.isWritableFile(atPath: memory)
        ? URL(filePath: memory) : FileManager.default.temporaryDirectory
    let folder = parent.appending(path: "\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

/// Runs `body` in `count` threads at once, numbered from 0, and waits for all of them.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let running = Guarded(count)
    for number in 0..<count {
        let thread = Thread {
            body(number)
            running.with { $0 -= 1 }
            running.broadcast()
        }
        thread.start()
    }
    running.when({ $0 == 0 }, { _ in })
}

extension CrashPoint {
    /// Kills this process as soon as the point of this name is reached so many times.
    static func killProcess(at name: String, times: Int) {
        let passed = Guarded(0)
        onReach { point in
            guard point.rawValue == name else { return }
            let count = passed.with { passed in
                passed += 1
                return passed
            }
            if count == times { Process.kill() }
        }
    }
}
