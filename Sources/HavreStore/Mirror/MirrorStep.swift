/// One step of a gate for its mirror: what one transaction of `gate.db` wrote, and how far the logs reach by then.
struct MirrorStep: Sendable {
    enum Kind: Sendable {
        /// Rows of `gate.db`.
        case rows([GateWrite])
        /// The write-ahead log is emptied: nothing that was overwritten is left.
        case scrub
        /// Nothing is written: what the mirror holds is compared with these rows, and with the logs.
        case compare([GateWrite])
        /// Every key goes (burn).
        case burn
        /// Everything goes: another gate key is about to be decided.
        case empty
    }

    let kind: Kind
    /// Bytes of whole lines in each log.
    let logs: [String: UInt64]
    /// Entries of the ledger that the gate knows after this step.
    let size: UInt64

    /// About how much memory the step takes while it waits.
    var weight: Int {
        guard case .rows(let writes) = kind else { return 64 }
        return writes.reduce(64) { sum, write in
            switch write {
            case .cell(let name, let value): sum + name.count + (value?.count ?? 0) + 64
            case .slot(let name, let slot): sum + name.count + (slot?.count ?? 0) + 64
            case .noCells, .noSlots: sum
            }
        }
    }
}

/// Everything that a mirror has to hold, at one moment of the gate.
struct MirrorContents: Sendable {
    let rows: [GateWrite]
    let logs: [String: UInt64]
    let size: UInt64
    /// `login.key`, and `device.key` where it lies in the gate, as they lie there.
    let files: [String: [UInt8]]
}

/// What the store says to a mirror that wants to be filled.
enum MirrorAnswer: Sendable {
    /// The gate is closed: nobody can tell whether the mirror is older.
    case wait
    /// The mirror knows more than the gate.
    case ahead
    case contents(MirrorContents)
}

/// How a gate's second copy is.
package enum MirrorCondition: Sendable, Equatable {
    /// Everything acknowledged is in it.
    case whole
    /// Part of the present is not in it yet: it is being filled, slow, full, or cannot be written.
    case behind
    /// There is no such folder, or none that is ours alone.
    case missing
    /// It holds something else: another vault's gate, this one's from before a restore, other files. Nothing of it is
    /// touched.
    case foreign
    /// It knows more than the gate: the gate, or both folders, were put back. Nothing of it is touched.
    case ahead
}
