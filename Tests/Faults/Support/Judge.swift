import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// Finds a store after whatever happened to it, and compares it with what was told.
package struct Judge {
    /// What is wrong, each a sentence.
    package private(set) var faults: [String] = []
    /// How many acts the store holds.
    package private(set) var count = 0

    private let course: Course

    /// Opens the store of a course and looks at all of it.
    package init(_ course: Course) throws {
        self.course = course
        let told = try course.told()
        let store = try Store.open(course.places, journal: DummyJournal())
        defer { store.close() }
        guard store.state == .serving else {
            faults.append("the store does not serve")
            return
        }
        count = Int(try store.checkpoint().size)
        if count < told.acknowledged {
            faults.append("acknowledged \(told.acknowledged) acts, found \(count)")
        }
        if count > max(told.sent, told.acknowledged) { faults.append("more acts than were sent: \(count)") }
        var model = Model(seed: course.seed)
        while model.count < count { model.apply(model.nextAct()) }
        try compare(model, store, openAct: told.sent > count ? model.nextAct() : nil)
        for problem in try store.check().problems {
            faults.append("check: \(problem.part.rawValue) \(problem.number.map(String.init) ?? "")")
        }
    }

    private mutating func compare(_ model: Model, _ store: Store, openAct: Model.Act?) throws {
        for index in model.areas.indices {
            let area = Area(model.identifier("area", index))
            guard let rows = model.rows(index) else {
                if try store.area(area) != nil { faults.append("area \(index) was erased and is there") }
                continue
            }
            guard let status = try store.area(area), status.count == rows.count else {
                faults.append("area \(index) has not \(rows.count) rows")
                continue
            }
            for (n, content) in rows.enumerated() { try compare(area, index, n, content, store) }
        }
        let beyond = Area(model.identifier("area", model.areas.count))
        if try store.area(beyond) != nil {
            faults.append("an area of an act that is not in the ledger is there")
        }
        for (name, value) in model.facts where try store.fact(name) != value { faults.append("fact \(name)") }
        for number in 0..<model.count {
            let entry = try store.entry(UInt64(number))
            if entry.operation != model.identifier("operation", number) { faults.append("entry \(number)") }
        }
        try compareGate(model, store, openAct: openAct)
    }

    private mutating func compare(
        _ area: Area, _ index: Int, _ n: Int, _ content: Model.Content?, _ store: Store
    ) throws {
        let (row, body) = try store.readWithBody(area, UInt64(n))
        guard let content else {
            if !row.isEmptied { faults.append("row \(n) of area \(index) was emptied and is there") }
            return
        }
        if row.payload != content.payload || body != content.body || row.isEmptied {
            faults.append("row \(n) of area \(index) differs")
        }
        if row.blobs.isEmpty != (content.blob == nil) {
            faults.append("row \(n) of area \(index): attachment")
        }
        for blob in row.blobs {
            var bytes: [UInt8] = []
            try store.blobs.read(blob) { bytes += $0 }
            if bytes != content.blob { faults.append("row \(n) of area \(index): attachment differs") }
        }
    }

    /// A freeze, or a slot put aside, of an act that was sent and not decided may bite already: it fails closed.
    private mutating func compareGate(_ model: Model, _ store: Store, openAct: Model.Act?) throws {
        for person in 0..<4 {
            let isFrozen = store.isRestricted(model.identifier("person", person), in: .house)
            if isFrozen == model.frozen.contains(person) { continue }
            // The course sends the same act again after a crash, so that this passes.
            if isFrozen, openAct == .freeze(person) { continue }
            faults.append("freeze of \(person)")
        }
        for person in 0..<3 {
            let slot = try store.quarantined(model.identifier("person", person))
            if slot == model.aside[person] { continue }
            if case .setAside(person, .some(let open)) = openAct, slot == open { continue }
            faults.append("slot of \(person)")
        }
    }
}
