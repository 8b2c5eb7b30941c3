import HavreCodec
import HavreSecrets

/// What a change did to the gate's view of the world, sealed beside its entry: after a crash the marks bring the
/// gate forward, one by one.
///
/// `number u64 || operation 16 || c 32 || instant u64 || needs journal u8 || areas {area 16, kind u8, old head 64,
/// facts} || restricted || lifted {kind u8, area 16, person 16} || quarantine {person 16, has u8 [, u32 || bytes]}`,
/// every list with a u32 count.
struct Mark: Equatable, Sendable {
    /// How an area came out of the change.
    enum Outcome: UInt8, Sendable { case changed = 1, made = 2, renewed = 3, erased = 4 }

    struct Step: Equatable, Sendable {
        let area: Area
        let outcome: Outcome
        let oldHead: Head
        let facts: AreaFacts
    }

    let number: UInt64
    let operation: Identifier
    let commitment: Digest
    let instant: Int64
    /// Whether the change made something true in the gate that no mark holds: without *next*, or its line of
    /// `gate.journal`, it cannot be brought forward.
    let needsJournal: Bool
    let areas: [Step]
    let restricted: [Restriction]
    let lifted: [Restriction]
    let quarantine: [(person: Identifier, slot: [UInt8]?)]

    static func == (one: Mark, other: Mark) -> Bool { one.encoded == other.encoded }

    init(number: UInt64, change: Change, areas: [Step], needsJournal: Bool) {
        self.number = number
        operation = change.operation
        commitment = change.commitment
        instant = change.instant
        self.areas = areas
        self.needsJournal = needsJournal
        restricted = change.gate?.restricted ?? []
        lifted = change.gate?.lifted ?? []
        quarantine = (change.gate?.quarantine ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 128 + areas.count * 240)
        writer.u64(number)
        writer.append(operation.bytes)
        writer.append(commitment.bytes)
        writer.u64(UInt64(bitPattern: instant))
        writer.flag(needsJournal)
        writer.list(areas) { writer, step in
            writer.append(step.area.id.bytes)
            writer.u8(step.outcome.rawValue)
            writer.append(step.oldHead.bytes)
            step.facts.write(to: &writer)
        }
        writer.list(restricted) { $1.write(to: &$0) }
        writer.list(lifted) { $1.write(to: &$0) }
        writer.list(quarantine) { writer, one in
            writer.append(one.person.bytes)
            writer.optional(one.slot)
        }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes, field: "mark")
        number = try reader.u64()
        operation = try reader.identifier()
        commitment = try reader.digest()
        instant = Int64(bitPattern: try reader.u64())
        needsJournal = try reader.flag()
        areas = try reader.list(max: Change.rowCountMax) { reader throws(CodecError) in
            let area = Area(try reader.identifier())
            guard let outcome = Outcome(rawValue: try reader.u8()) else {
                throw .invalid(field: "mark", rule: "outcome")
            }
            return Step(
                area: area, outcome: outcome, oldHead: try Head(bytes: reader.bytes(Head.byteCount)),
                facts: try AreaFacts(from: &reader))
        }
        restricted = try reader.list(max: Change.rowCountMax, Restriction.init(from:))
        lifted = try reader.list(max: Change.rowCountMax, Restriction.init(from:))
        quarantine = try reader.list(max: Change.rowCountMax) { reader throws(CodecError) in
            (person: try reader.identifier(), slot: try reader.optional(max: GateStep.valueByteCountMax))
        }
        try reader.finish()
    }

    /// Sealed and padded for its number and the root before its group.
    func sealed(_ keys: GateKeys, root: Digest) throws(StoreError) -> [UInt8] {
        do throws(SecretError) {
            return Seal.seal(
                try Pad.pad(encoded), under: keys.mark,
                Context(.mark, .id(keys.vault), .int(number), .digest(root)))
        } catch {
            throw .invalid(rule: "a change touches too much for one entry")
        }
    }

    /// - Throws: `.tampered(.mark)` for anything but the mark of this number behind this root.
    static func open(_ sealed: [UInt8], _ keys: GateKeys, number: UInt64, root: Digest) throws(StoreError)
        -> Mark
    {
        do {
            let context = Context(.mark, .id(keys.vault), .int(number), .digest(root))
            let mark = try Mark(decoding: Pad.unpad(Seal.open(sealed, under: keys.mark, context)))
            guard mark.number == number else { throw StoreError.tampered(.mark) }
            return mark
        } catch {
            throw .tampered(.mark)
        }
    }
}

extension Restriction {
    func write(to writer: inout ByteWriter) {
        writer.u8(kind.rawValue)
        writer.append(area.id.bytes)
        writer.append(person.bytes)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        guard let kind = Kind(rawValue: try reader.u8()) else {
            throw .invalid(field: "restriction", rule: "kind")
        }
        self.init(kind, area: Area(try reader.identifier()), person: try reader.identifier())
    }
}
