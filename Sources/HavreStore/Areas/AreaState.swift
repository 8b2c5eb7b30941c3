import HavreCodec
import HavreSecrets

/// The one row of an area whose digest the gate keeps.
struct Pin: Equatable, Sendable {
    let n: UInt64
    /// BLAKE2b-256 of the row's wrap.
    let wrap: Digest
}

/// Everything the gate knows of an area.
struct AreaState: Sendable {
    var sealer: RowSealer
    /// The area's head key.
    let headKey: Key<Role.Head>
    var count: UInt64
    var sequence: UInt64
    var head: Head
    var pin: Pin?

    var status: AreaStatus {
        AreaStatus(count: count, sequence: sequence, generation: sealer.generation)
    }

    /// What row `n` with this wrap adds to the head.
    func element(_ n: UInt64, _ wrap: Digest) -> Head {
        Head.element(headKey, tag: sealer.tag(n), wrap: wrap)
    }

    /// An area without rows, as it is before the change that makes it.
    static func empty(_ area: Area, gate: Key<Role.CaseGate>, keys: GateKeys) -> AreaState {
        AreaState(
            sealer: keys.sealer(area, gate: gate, generation: 1), headKey: keys.headKey(area), count: 0,
            sequence: 0,
            head: .zero, pin: nil)
    }
}

/// The public part of an area's state, as cells of the gate and marks of the ledger hold it:
/// `generation u64 || count u64 || sequence u64 || head 64 || has pin u8 [|| n u64 || digest 32]`.
struct AreaFacts: Equatable, Sendable {
    let generation: UInt64
    let count: UInt64
    let sequence: UInt64
    let head: Head
    let pin: Pin?

    init(_ state: AreaState) {
        generation = state.sealer.generation
        count = state.count
        sequence = state.sequence
        head = state.head
        pin = state.pin
    }

    private init(ended old: AreaState?) {
        generation = old?.sealer.generation ?? 0
        count = 0
        sequence = (old?.sequence ?? 0) + 1
        head = .zero
        pin = nil
    }

    /// The state after a change; of an erased area only that it ended.
    init(of delta: AreaDelta) {
        if let new = delta.new { self.init(new) } else { self.init(ended: delta.old) }
    }

    func write(to writer: inout ByteWriter) {
        writer.u64(generation)
        writer.u64(count)
        writer.u64(sequence)
        writer.append(head.bytes)
        writer.flag(pin != nil)
        if let pin {
            writer.u64(pin.n)
            writer.append(pin.wrap.bytes)
        }
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        generation = try reader.u64()
        count = try reader.u64()
        sequence = try reader.u64()
        head = try Head(bytes: reader.bytes(Head.byteCount))
        pin = try reader.flag() ? Pin(n: reader.u64(), wrap: reader.digest()) : nil
    }

    /// The state with its keys.
    func state(_ area: Area, gate: Key<Role.CaseGate>, keys: GateKeys) -> AreaState {
        AreaState(
            sealer: keys.sealer(area, gate: gate, generation: generation), headKey: keys.headKey(area),
            count: count,
            sequence: sequence, head: head, pin: pin)
    }
}
