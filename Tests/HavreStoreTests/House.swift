import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets

@testable import HavreStore

/// A store in a private folder that goes with the value.
final class House {
    let folder: URL
    let places: StorePlaces
    let recovery: Key<Role.Backup>
    private(set) var store: Store
    private(set) var journal = DummyJournal()

    init(_ prepare: ((URL) throws -> Void)? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "havre-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        places = StorePlaces(
            vault: folder.appendingPathComponent("vault").path,
            gate: folder.appendingPathComponent("gate").path)
        let backup = Key<Role.Backup>()
        recovery = backup
        try Store.create(places, vault: Random.identifier(), firstBackupKey: backup)
        store = try Store.open(places, journal: journal)
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Closes the store and opens it again, as a restart does.
    func restart(_ between: () throws -> Void = {}) throws {
        store.close()
        try between()
        try reopen()
    }

    func reopen() throws {
        journal = DummyJournal()
        // The old store has to let go of its locks first.
        store = try openFresh()
    }

    private func openFresh() throws -> Store { try Store.open(places, journal: journal) }

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
