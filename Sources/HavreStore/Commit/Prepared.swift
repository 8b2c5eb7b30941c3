import HavreCodec
import HavreSecrets
import HavreSystem

/// A row that is ready to be written, or, when it is appended, waits for its number.
struct PreparedRow: Sendable {
    /// A row sealed for its place.
    struct Sealed: Sendable {
        let n: UInt64
        let tag: Identifier
        let wrap: [UInt8]
        let digest: Digest
        let element: Head
    }

    let area: Area
    let content: RowContent
    /// nil for an appended row, whose number is not known yet.
    let sealed: Sealed?
    let body: RowBody
    let isPinned: Bool

    /// Seals a content for row `n` of an area.
    static func seal(_ content: RowContent, _ n: UInt64, _ state: AreaState) throws(StoreError) -> Sealed {
        let wrap = try state.sealer.seal(content, n)
        let tag = state.sealer.tag(n)
        let digest = Hash.blake2b256(wrap)
        return Sealed(
            n: n, tag: tag, wrap: wrap, digest: digest,
            element: Head.element(state.headKey, tag: tag, wrap: digest))
    }
}

/// Everything of a change that can be done outside the leader: rows sealed, keys drawn, rows of renewed areas sealed
/// again. Rests on the expectations, which the leader compares.
final class Prepared: Sendable {
    let change: Change
    /// Rows in the order of `puts`, then the tombstones.
    let rows: [PreparedRow]
    /// First states of new areas, and states of renewed ones before their rows are counted in.
    let fresh: [Area: AreaState]
    /// Rows of renewed areas that the change does not put itself.
    let renewed: [Area: [PreparedRow.Sealed]]
    /// Tags of the rows of erased areas.
    let erased: [Area: [Identifier]]
    let next: NextStep?
    /// About how many bytes the change writes.
    let weight: Int

    init(
        change: Change, rows: [PreparedRow], fresh: [Area: AreaState], renewed: [Area: [PreparedRow.Sealed]],
        erased: [Area: [Identifier]], next: NextStep?
    ) {
        self.change = change
        self.rows = rows
        self.fresh = fresh
        self.renewed = renewed
        self.erased = erased
        self.next = next
        // What goes into one cell of the gate counts twice: a group must fit it.
        let gate = next.map { 2 * ($0.data.count + 128 * $0.keyCount) } ?? 0
        weight = rows.reduce(change.entry.count + 512 + gate) { sum, row in
            if case .sealed(let body) = row.body { return sum + row.content.payload.count + body.count + 512 }
            return sum + row.content.payload.count + 512
        }
    }

    /// Whether the gate has to know before the decision.
    var hasGateStep: Bool {
        guard let step = change.gate else { return next != nil }
        return next != nil || !step.restricted.isEmpty || !step.quarantine.isEmpty || step.certificate != nil
    }

    /// Whether bytes that are overwritten must be gone before the answer.
    var isScrubbed: Bool {
        change.isScrubbed || !renewed.isEmpty || !erased.isEmpty || !change.tombstones.isEmpty
            || next.map { !$0.droppedBlobs.isEmpty } ?? false
            || change.gate.map { $0.slots.values.contains { $0 == nil } } ?? false
    }
}

/// One change that waits for the leader, and its answer. Each waits by itself: who is not meant is not woken.
final class Ticket: Sendable {
    let prepared: Prepared

    private enum Turn {
        case waits, leads
        case answered(Result<Receipt, StoreError>)
    }
    private let turn = Guarded(Turn.waits)

    init(_ prepared: Prepared) { self.prepared = prepared }

    /// Wakes its thread with the answer; the first one counts.
    func answer(_ answer: Result<Receipt, StoreError>) {
        turn.with { turn in
            if case .answered = turn { return }
            turn = .answered(answer)
        }
        turn.broadcast()
    }

    /// Wakes its thread to commit the next group.
    func lead() {
        turn.with { $0 = .leads }
        turn.broadcast()
    }

    /// Waits for the answer; nil when this thread is to lead instead.
    func wait() -> Result<Receipt, StoreError>? {
        turn.when({ turn in if case .waits = turn { false } else { true } }) { turn in
            if case .answered(let answer) = turn { return answer }
            turn = .waits
            return nil
        }
    }
}
