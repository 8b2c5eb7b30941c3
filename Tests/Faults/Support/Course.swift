import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// Drives a store through the course of a model, writing down what it is about to do and what was acknowledged, so
/// that somebody who finds the store later knows what has to be there.
///
/// The log is a file of lines `s K` (act K was sent) and `a K` (it was acknowledged).
package struct Course {
    package let places: StorePlaces
    package let seed: UInt64
    private let log: String
    private let folder: String

    /// - Parameter hasMirror: keeps a second copy of the gate in the folder `mirror`, which is there.
    package init(folder: String, seed: UInt64, hasMirror: Bool = false) {
        self.folder = folder
        self.seed = seed
        places = StorePlaces(
            vault: folder + "/vault", gate: folder + "/gate", mirror: hasMirror ? folder + "/mirror" : nil)
        log = folder + "/acknowledged"
    }

    // MARK: the log

    /// The last act that was acknowledged, and the last that was sent.
    package func told() throws -> (acknowledged: Int, sent: Int) {
        guard try Files.exists(log) else { return (0, 0) }
        let text = String(decoding: try Files.read(log, byteCountMax: 1 << 24), as: UTF8.self)
        var acknowledged = 0
        var sent = 0
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let number = Int(parts[1]) else { continue }
            if parts[0] == "a" { acknowledged = max(acknowledged, number) } else { sent = max(sent, number) }
        }
        return (acknowledged, sent)
    }

    private func note(_ text: String) throws {
        let file = try Descriptor.open(log, [.write, .create, .append])
        try file.write(Array((text + "\n").utf8))
    }

    // MARK: running

    /// Makes the store.
    package func create() throws {
        try Store.create(places, vault: Random.identifier(), firstBackupKey: Key())
    }

    /// Opens the store and goes on with the course until `end` acts are done.
    package func run(to end: Int) throws {
        let store = try Store.open(places, journal: DummyJournal())
        var model = Model(seed: seed)
        let done = Int(try store.checkpoint().size)
        while model.count < done { model.apply(model.nextAct()) }
        while model.count < end {
            let act = model.nextAct()
            try note("s \(model.count + 1)")
            try performWithRoom(act, model, store)
            model.apply(act)
            try note("a \(model.count)")
            // What was opened is closed again now and then, so that heads are verified from the file.
            if model.count % 7 == 0 {
                for area in model.areas.indices { store.forget(Area(model.identifier("area", area))) }
            }
        }
        store.close()
    }

    /// Carries one act out; on a full disk, makes room by removing the file `ballast`, if there is one, and goes on.
    private func performWithRoom(_ act: Model.Act, _ model: Model, _ store: Store) throws {
        do {
            try perform(act, model, store)
        } catch StoreError.storageFull(let isDecided) {
            // The store goes on: what was read can be read, and with room again everything goes on.
            if model.areas.first??.isEmpty == false {
                _ = try store.read(Area(model.identifier("area", 0)), 0)
            }
            guard try Directory(path: folder).unlinkIfPresent("ballast") else {
                throw StoreError.storageFull(decided: isDecided)
            }
            if !isDecided { try perform(act, model, store) }
        }
    }

    /// Carries one act out.
    package func perform(_ act: Model.Act, _ model: Model, _ store: Store) throws {
        var change = Change(
            operation: model.identifier("operation", model.count), entry: Array("act \(model.count)".utf8),
            commitment: Hash.sha256(Array("\(seed) \(model.count)".utf8)),
            instant: Int64(1_700_000_000 + model.count))
        var step = GateStep()
        switch act {
        case .make(let rows, let pinned):
            let area = Area(model.identifier("area", model.areas.count))
            step.newAreas = [area]
            for (n, content) in rows.enumerated() {
                change.puts.append(
                    try put(area, .at(UInt64(n)), content, model, store, isPinned: n == pinned))
            }
        case .put(let place, let content):
            let area = try touch(place.area, model, store, &change)
            change.puts = [try put(area, .at(UInt64(place.n)), content, model, store)]
            step.droppedBlobs = try droppedBlobs(area, place.n, store)
        case .append(let index, let content):
            let area = try touch(index, model, store, &change)
            change.puts = [try put(area, .appended, content, model, store)]
        case .keepBody(let place, let payload):
            let area = try touch(place.area, model, store, &change)
            change.puts = [RowPut(area: area, number: .at(UInt64(place.n)), payload: payload, body: .kept)]
            step.droppedBlobs = try droppedBlobs(area, place.n, store)
        case .empty(let place):
            let area = try touch(place.area, model, store, &change)
            change.tombstones = [RowPlace(area, UInt64(place.n))]
            step.droppedBlobs = try droppedBlobs(area, place.n, store)
        case .renew(let index, let content):
            let area = try touch(index, model, store, &change)
            step.renewed = [area]
            step.droppedBlobs = try droppedBlobs(area, 0, store)
            change.puts = [try put(area, .at(0), content, model, store)]
        case .erase(let index):
            step.erased = [try touch(index, model, store, &change)]
            step.certificate = Array("erased \(index)".utf8)
        case .fact(let name, let value): step.facts[name] = .some(value)
        case .freeze(let person): step.restricted = [restriction(person, model)]
        case .lift(let person): step.lifted = [restriction(person, model)]
        case .setAside(let person, let slot):
            step.quarantine[model.identifier("person", person)] = .some(slot)
        case .read: break
        }
        if act != .read { change.gate = step }
        _ = try store.submit(change)
    }

    private func restriction(_ person: Int, _ model: Model) -> Restriction {
        Restriction(.freeze, area: .house, person: model.identifier("person", person))
    }

    private func touch(
        _ index: Int, _ model: Model, _ store: Store, _ change: inout Change
    ) throws -> Area {
        let area = Area(model.identifier("area", index))
        guard let status = try store.area(area) else { throw StoreError.notFound }
        change.expects = [status.expectation(of: area)]
        return area
    }

    private func put(
        _ area: Area, _ number: RowNumber, _ content: Model.Content, _ model: Model, _ store: Store,
        isPinned: Bool = false
    ) throws -> RowPut {
        var blobs: [BlobReference] = []
        if let bytes = content.blob {
            var file = try store.blobs.incomingBlob(Random.identifier())
            try file.write(bytes)
            blobs = [try file.finish()]
        }
        return RowPut(
            area: area, number: number, payload: content.payload,
            body: content.body.map { .sealed($0) } ?? .none, blobs: blobs, isPinned: isPinned)
    }

    private func droppedBlobs(_ area: Area, _ n: Int, _ store: Store) throws -> [Identifier] {
        try store.read(area, UInt64(n)).blobs.map(\.id)
    }
}
