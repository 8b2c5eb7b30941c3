import HavreCodec
import HavreSecrets

/// Whether the store answers.
package enum StoreState: Sendable, Equatable {
    /// Only the users' rows can be read; a supervisor has to open the gate.
    case closed
    /// The gate is open and brought forward, but whoever opened it is still looked at: reads only.
    case opening
    /// Everything.
    case serving
    /// The outcome of a commit is unknown, or what is stored was tampered with while running: nothing any more.
    case failed
    /// Closed for good: the locks are gone.
    case ended
}

/// What the store holds of one area in memory.
struct AreaEntry {
    /// nil: the area was erased, and the gate has not followed yet.
    var state: AreaState?
    /// The gate's cell is older than this: must not be forgotten.
    var isDirty = false
    /// Digest of each row's wrap, once the area was verified.
    var digests: [Digest]?
    /// What commits wrote while somebody verifies the area.
    var overlay: [UInt64: Digest]?
    /// When the entry was last used, in uses.
    var lastUse: UInt64 = 0
}

/// One area's part in a change that was carried out.
struct AreaDelta {
    let area: Area
    let outcome: Mark.Outcome
    let old: AreaState?
    /// nil: erased.
    let new: AreaState?
    /// Every row that was sealed anew.
    let rows: [(n: UInt64, wrap: Digest)]
}

/// Everything that threads share, behind one lock that is never held across input or output.
struct Memory {
    var state = StoreState.closed
    var device: Key<Role.Device>?
    var login: LoginKeys?
    var keys: GateKeys?
    var areas: [Area: AreaEntry] = [:]
    var restrictions: Set<Restriction> = []
    var checkpoint = StoredCheckpoint(size: 0, root: Self.noRoot, text: [])
    var instant: Int64 = 0
    /// Entries that the last opening of the gate brought forward.
    var broughtForward: UInt64 = 0
    /// Whether overwritten bytes may still be in the files.
    var hasRemnants = false
    /// Whether the house and the users' rows were compared with their heads since the gate was opened or somebody
    /// else wrote.
    var isHouseVerified = false
    /// Whether somebody else has written since the gate was opened: areas are compared again before they are written.
    var isDoubted = false
    /// What decided changes make true in the gate and the gate does not hold yet.
    var owed = Owed()
    /// Counts closings, so that an opening that was overtaken by one notices.
    var closings: UInt64 = 0
    /// Whether `auto.key` must not be there: since a panic, until a supervisor opens the gate.
    var isPanicked = false
    /// Areas whose keys are being renewed: changes of them wait.
    var renewing: Set<Area> = []
    /// True from just before a commit is decided until this memory knows its outcome.
    var isDeciding = false
    /// Counts the decisions that changed areas.
    var decisions: UInt64 = 0
    private var uses: UInt64 = 0

    static let areaCountMax = 4_096
    private static let digestCountMax = 1 << 20
    /// The root of an empty tree: SHA-256 of nothing.
    static let noRoot = Hash.sha256([])

    /// The keys of an open gate.
    /// - Throws: `.closed`, or `.outcomeUnknown` after a failure.
    func openKeys() throws(StoreError) -> GateKeys {
        switch state {
        case .serving, .opening:
            guard let keys else { throw .closed }
            return keys
        case .closed, .ended: throw .closed
        case .failed: throw .outcomeUnknown
        }
    }

    /// What memory says of an area.
    enum Known {
        /// nil: there is no such area any more.
        case known(AreaState?)
        /// The gate has to be asked.
        case unknown
    }

    mutating func known(_ area: Area) -> Known {
        uses += 1
        // In place: every act asks several times.
        guard let place = areas.index(forKey: area) else { return .unknown }
        areas.values[place].lastUse = uses
        return .known(areas.values[place].state)
    }

    /// Remembers an area that was loaded, unless it is known by now.
    mutating func remember(_ state: AreaState, of area: Area) {
        guard areas[area] == nil else { return }
        if areas.count >= Self.areaCountMax { evict() }
        uses += 1
        areas[area] = AreaEntry(state: state, lastUse: uses)
    }

    /// Takes in what a decided change did.
    mutating func apply(_ delta: AreaDelta) {
        // A panic came in between: nothing of the change stays here.
        guard keys != nil else { return }
        var entry = areas.removeValue(forKey: delta.area) ?? AreaEntry(state: nil)
        uses += 1
        entry.lastUse = uses
        entry.state = delta.new
        entry.isDirty = true
        if delta.new == nil {
            entry.digests = nil
        } else {
            if delta.outcome == .made, entry.overlay == nil { entry.digests = [] }
            entry.put(delta.rows)
        }
        areas[delta.area] = entry
    }

    /// Drops the row digests of every area: somebody else wrote to the file.
    mutating func doubt() {
        for area in areas.keys { areas[area]?.digests = nil }
        isHouseVerified = false
        isDoubted = true
        decisions += 1
    }

    /// Everything that an open gate put here goes; the last references wipe the keys.
    mutating func close(_ next: StoreState) {
        state = next
        keys = nil
        areas = [:]
        owed = Owed()
        restrictions = []
        isHouseVerified = false
        isDoubted = false
        decisions += 1
    }

    /// Makes room for half as many areas again: those that the gate knows as they are, first of all the ones that were
    /// not verified, are loaded and verified anew when they are needed. Were only unverified ones dropped, a daemon that
    /// has made or opened very many cases would look through all of them for each further one.
    private mutating func evict() {
        let idle = areas.filter {
            !$0.value.isDirty && $0.value.overlay == nil && $0.key != .house && $0.key != .login
        }
        let order = idle.sorted {
            ($0.value.digests == nil ? 0 : 1, $0.value.lastUse)
                < ($1.value.digests == nil ? 0 : 1, $1.value.lastUse)
        }
        for area in order.prefix(areas.count - Self.areaCountMax / 2) { areas[area.key] = nil }
    }

    /// Keeps the digests of all verified areas below 32 MiB, dropping those that were used least recently.
    mutating func boundDigests(keeping kept: Area) {
        var count = areas.values.reduce(0) { $0 + ($1.digests?.count ?? 0) }
        guard count > Self.digestCountMax else { return }
        let verified = areas.filter {
            $0.value.digests != nil && $0.key != kept && $0.key != .house && $0.key != .login
        }
        for area in verified.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard count > Self.digestCountMax else { return }
            count -= area.value.digests?.count ?? 0
            areas[area.key]?.digests = nil
        }
    }
}

/// Values of decided changes between the decision and step 3, so that nobody reads what was before them: with a full
/// disk that may last.
struct Owed: Sendable {
    private(set) var facts: [String: [UInt8]?] = [:]
    private(set) var keys: [String: Key<Role.Guard>?] = [:]
    /// Whether somebody has a slot.
    private(set) var slots: [Identifier: Bool] = [:]

    mutating func take(_ next: NextStep) {
        for fact in next.facts { facts[fact.name] = .some(fact.value) }
        for one in next.keys { keys[one.name] = .some(one.key) }
        for slot in next.slots { slots[slot.person] = slot.key != nil }
    }
}

extension AreaEntry {
    /// Notes rows that were sealed anew, in order of their numbers where they are new.
    mutating func put(_ rows: [(n: UInt64, wrap: Digest)]) {
        if overlay != nil {
            for row in rows { overlay?[row.n] = row.wrap }
        }
        guard digests != nil else { return }
        for row in rows {
            if row.n < UInt64(digests?.count ?? 0) {
                digests?[Int(row.n)] = row.wrap
            } else {
                digests?.append(row.wrap)
            }
        }
    }
}
