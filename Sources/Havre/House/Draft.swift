import HavreCodec
import HavreSecrets
import HavreStore

/// One change while it is built: rows, what they rest on, what the gate must do.
///
/// A draft is built from a state of the store and refused when that state has moved on; the caller then builds
/// it anew (`Vault.commit`).
struct Draft {
    private let store: Store
    private var puts: [RowPut] = []
    private var tombstones: [RowPlace] = []
    /// The rows behind the last one of each area, with their facts: what need not be read back once they stand.
    private(set) var added: [Area: [AddedRow]] = [:]
    private var expectations: [Area: Expectation] = [:]
    private var counts: [Area: UInt64] = [:]
    private var gate = GateStep()
    private var touchesGate = false
    /// `c` of the leaf: salted digest of a signed record, random for other acts.
    var commitment = Hash.blake2b256(Random.bytes(32))
    /// Whether overwritten bytes must be gone from the files before the answer.
    var isScrubbed = false
    /// Secrets of the case whose roster may read the entry, when they are known only while the draft is built.
    var roster: AreaSecrets?

    /// A row whose number is new in its area.
    struct AddedRow {
        let number: UInt64
        let facts: RowFacts
        let blobs: [BlobReference]
    }

    init(_ store: Store) { self.store = store }

    /// Whether nothing but an entry would be written.
    var isEmpty: Bool { puts.isEmpty && tombstones.isEmpty && !touchesGate }

    /// An area that is made by this change.
    mutating func create(_ id: Identifier) {
        step { $0.newAreas.append(Area(id)) }
        counts[Area(id)] = 0
    }

    /// The change is good only while this area stays as it is now.
    ///
    /// - Throws: `HavreError.notFound` when there is no such area.
    mutating func rest(on area: Area) throws(HavreError) {
        guard counts[area] == nil else { return }
        guard let status = try storing({ () throws(StoreError) in try store.area(area) }) else {
            throw .notFound
        }
        counts[area] = status.count
        expectations[area] = status.expectation(of: area)
    }

    /// The change is good only while the secrets of this area are those of a generation; rows may be added meanwhile.
    mutating func rest(on area: Area, generation: UInt64) {
        if expectations[area] == nil {
            expectations[area] = Expectation(area: area, generation: generation, sequence: nil)
        }
    }

    /// A row at the end of an area, or in the place of row `row`; returns its number.
    @discardableResult
    mutating func put(
        _ facts: RowFacts, body: RowBody = .none, blobs: [BlobReference] = [], in area: Area,
        at row: UInt64? = nil, isPinned: Bool = false
    ) throws(HavreError) -> UInt64 {
        try rest(on: area)
        let payload = facts.encoded
        guard payload.count <= RowPut.payloadByteCountMax else {
            throw .invalid(field: "fields", rule: "hold too many different words for one record: split it")
        }
        let next = counts[area] ?? 0
        if row == nil {
            counts[area] = next + 1
            added[area, default: []].append(AddedRow(number: next, facts: facts, blobs: blobs))
        }
        puts.append(
            RowPut(
                area: area, number: .at(row ?? next), payload: payload, body: body, blobs: blobs,
                isPinned: isPinned))
        return row ?? next
    }

    /// A row behind the last one of an area, whichever that is at the commit: for areas in which others write too.
    mutating func append(_ facts: RowFacts, body: RowBody, to area: Area) throws(HavreError) {
        if counts[area] != nil {
            try put(facts, body: body, in: area)
            return
        }
        guard let status = try storing({ () throws(StoreError) in try store.area(area) }) else {
            throw .notFound
        }
        if expectations[area] == nil {
            expectations[area] = Expectation(area: area, generation: status.generation, sequence: nil)
        }
        puts.append(RowPut(area: area, number: .appended, payload: facts.encoded, body: body))
    }

    /// The number that the next row of an area gets, for what has to know it before it is sealed.
    mutating func nextRow(in area: Area) throws(HavreError) -> UInt64 {
        try rest(on: area)
        return counts[area] ?? 0
    }

    /// An emptied row stays at its number.
    mutating func empty(_ row: UInt64, in area: Area) throws(HavreError) {
        try rest(on: area)
        tombstones.append(RowPlace(area, row))
    }

    /// What the change asks of the gate.
    mutating func step(_ body: (inout GateStep) -> Void) {
        touchesGate = true
        body(&gate)
    }

    /// The finished change.
    func change(entry: [UInt8], time: Instant) -> Change {
        var change = Change(
            operation: Random.identifier(), entry: entry, commitment: commitment, instant: time.seconds)
        change.puts = puts
        change.tombstones = tombstones
        change.expects = Array(expectations.values)
        change.gate = touchesGate ? gate : nil
        change.isScrubbed = isScrubbed
        return change
    }
}
