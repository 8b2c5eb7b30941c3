import HavreCodec
import HavreSecrets

/// What the ledger keeps of one act: who, what, on which case, how it ended. Never contents.
struct Event: Equatable {
    let time: Instant
    /// Nil when nobody was known: a failed unlock of an unknown name.
    var person: Identifier?
    var actor: String?
    let act: String
    var caseID: Identifier?
    var code: String?
    var outcome = "done"
    var purpose: String?
    /// Records that were shown or written.
    var records: [Identifier] = []
    /// Recipient and digest of an export.
    var contact: String?
    var bundle: String?
    /// Whom a grant, a removal or an invitation concerns.
    var subject: String?
    /// The user of the machine who was refused.
    var uid: UInt32?
    /// How many refusals one entry stands for, or how many entries a start brought forward.
    var count: UInt64?
    /// When the house was last awake before a start.
    var since: Instant?

    var json: JSON {
        var members: [String: JSON] = [
            "time": .int(time.seconds), "act": .string(act), "outcome": .string(outcome),
        ]
        members["person"] = person.map { .string($0.hex) }
        members["actor"] = actor.map(JSON.string)
        members["caseID"] = caseID.map { .string($0.hex) }
        members["case"] = code.map(JSON.string)
        members["purpose"] = purpose.map(JSON.string)
        if !records.isEmpty { members["records"] = .array(records.map { .string($0.hex) }) }
        members["contact"] = contact.map(JSON.string)
        members["bundle"] = bundle.map(JSON.string)
        members["subject"] = subject.map(JSON.string)
        members["uid"] = uid.map { .int(Int64($0)) }
        members["count"] = count.map { .int(Int64(clamping: $0)) }
        members["since"] = since.map { .int($0.seconds) }
        return .object(members)
    }

    init(time: Instant, act: String) {
        self.time = time
        self.act = act
    }

    init(_ json: JSON) throws(HavreError) {
        do throws(CodecError) {
            var fields = try Fields(json)
            time = Instant(seconds: try fields.int("time"))
            act = try fields.string("act")
            outcome = try fields.string("outcome")
            person = try fields.optionalIdentifier("person")
            actor = try fields.optionalString("actor")
            caseID = try fields.optionalIdentifier("caseID")
            code = try fields.optionalString("case")
            purpose = try fields.optionalString("purpose")
            records = try fields.optionalIdentifiers("records", max: 1 << 16) ?? []
            contact = try fields.optionalString("contact")
            bundle = try fields.optionalString("bundle")
            subject = try fields.optionalString("subject")
            uid = try fields.optionalInt("uid", in: 0...Int64(UInt32.max)).map { UInt32($0) }
            count = try fields.optionalInt("count", in: 0...JSON.intMax).map { UInt64($0) }
            since = try fields.optionalInt("since", in: 0...JSON.intMax).map { Instant(seconds: $0) }
            try fields.finish()
        } catch { throw .tampered }
    }
}

/// The body of a ledger entry: the event under a key of its own, which the auditors can open and, for acts on a
/// case, whoever is on its roster.
///
/// Layout: 16 bytes case (zero if none), 5 bytes LE second, 3 bytes tag of the person under the roster key (zero if
/// none), box of the pulse key (80), Seal(pulse key, entry key), Seal(roster key, entry key) or nothing, u64 LE
/// generation of the roster, Seal(entry key, Pad(JSON)); box and seals behind a u32 LE byte count each.
struct SealedEvent {
    let caseID: Identifier
    /// Whose act it is, for whoever holds the roster: the others cannot tell, or join two cases by it.
    let who: UInt32
    let second: UInt64
    let pulseBox: [UInt8]
    let forAuditors: [UInt8]
    let forRoster: [UInt8]
    let rosterGeneration: UInt64
    let sealed: [UInt8]

    /// Second and tag share one word.
    private static let whoShift: UInt64 = 40
    private static let secondMask: UInt64 = 1 << whoShift - 1

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 1024)
        writer.append(caseID.bytes)
        writer.u64(second & Self.secondMask | UInt64(who) << Self.whoShift)
        writer.prefixed(pulseBox)
        writer.prefixed(forAuditors)
        writer.prefixed(forRoster)
        writer.u64(rosterGeneration)
        writer.prefixed(sealed)
        return writer.bytes
    }

    init(_ bytes: [UInt8]) throws(HavreError) {
        do throws(CodecError) {
            var reader = ByteReader(bytes, field: "entry")
            caseID = try reader.identifier()
            let word = try reader.u64()
            (second, who) = (word & Self.secondMask, UInt32(word >> Self.whoShift))
            pulseBox = try reader.prefixed(max: 256)
            forAuditors = try reader.prefixed(max: 256)
            forRoster = try reader.prefixed(max: 256)
            rosterGeneration = try reader.u64()
            sealed = try reader.prefixed(max: 1 << 21)
            try reader.finish()
        } catch { throw .tampered }
    }

    /// Seals an event.
    ///
    /// - Parameters:
    ///   - pulse: the key of the present second and its box to the auditors.
    ///   - roster: K_roster of the case that the event is about, when somebody on it acts.
    init(
        _ event: Event, vault: Identifier, pulse: Pulse,
        roster: (generation: UInt64, key: Key<Role.Compartment>)?
    ) throws(HavreError) {
        let key = Key<Role.Record>()
        caseID = event.caseID ?? Identifier.zero
        who = Self.who(event.person, vault: vault, caseID: caseID, roster?.key)
        second = pulse.second
        pulseBox = pulse.box
        let context = Context(.entryKey, .id(vault), .id(caseID), .int(pulse.second))
        forAuditors = Seal.seal(key: key, under: pulse.key, context)
        forRoster = roster.map { Seal.seal(key: key, under: $0.key, context) } ?? []
        rosterGeneration = roster?.generation ?? 0
        sealed = Seal.seal(try padded(event.json.encoded()), under: key, context)
    }

    private static func who(
        _ person: Identifier?, vault: Identifier, caseID: Identifier, _ roster: Key<Role.Compartment>?
    ) -> UInt32 {
        guard let person, let roster else { return 0 }
        let tag = roster.tag(Context(.entryPerson, .id(vault), .id(caseID), .id(person))).bytes
        return tag.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Every `who` that entries about a person's acts in a case may bear: one for each roster, and none.
    static func everyWho(_ person: Identifier, _ roster: AreaSecrets) -> Set<UInt32> {
        guard let newest = roster.newestKey("roster") else { return [0] }
        let tags = (0...newest.generation).map { generation in
            who(
                person, vault: roster.vault, caseID: roster.area,
                roster.key("roster", generation: generation))
        }
        return Set(tags + [0])
    }

    /// Opens it with the key of its second.
    fileprivate func open(vault: Identifier, pulse: Key<Role.Pulse>) throws(HavreError) -> Event {
        try open(vault, forAuditors, under: pulse)
    }

    /// Opens it with the roster key of its case, nil when nobody on the case made it.
    func open(vault: Identifier, roster: AreaSecrets) throws(HavreError) -> Event? {
        guard !forRoster.isEmpty, let key = roster.key("roster", generation: rosterGeneration) else {
            return nil
        }
        return try open(vault, forRoster, under: key)
    }

    private func open<R>(
        _ vault: Identifier, _ wrapped: [UInt8], under key: Key<R>
    ) throws(HavreError) -> Event {
        let context = Context(.entryKey, .id(vault), .id(caseID), .int(second))
        do {
            let key = try Seal.openKey(wrapped, under: key, context, as: Role.Record.self)
            return try Event(try JSON(parsing: try Pad.unpad(try Seal.open(sealed, under: key, context))))
        } catch { throw .tampered }
    }
}

/// Opens entries for the auditors, one after the other: those of one second share its key.
struct Auditor {
    private let vault: Identifier
    private let key: BoxKey
    private var last: (box: [UInt8], pulse: Key<Role.Pulse>)?

    /// - Parameter key: the private half of @audit.
    init(vault: Identifier, key: BoxKey) {
        self.vault = vault
        self.key = key
    }

    /// - Throws: `HavreError.tampered`.
    mutating func open(_ event: SealedEvent) throws(HavreError) -> Event {
        if let last, last.box == event.pulseBox { return try event.open(vault: vault, pulse: last.pulse) }
        let pulse: Key<Role.Pulse>
        do { pulse = try Key<Role.Pulse>(try key.openSecret(event.pulseBox)) } catch { throw .tampered }
        last = (event.pulseBox, pulse)
        return try event.open(vault: vault, pulse: pulse)
    }
}

/// The auditors' key of one second in use: boxed to them when it is made, dropped with the second.
final class Pulse: Sendable {
    let second: UInt64
    let key: Key<Role.Pulse>
    /// The key boxed to the public half of @audit.
    let box: [UInt8]

    init(second: UInt64, to half: BoxPublicKey) {
        let key = Key<Role.Pulse>()
        self.second = second
        self.key = key
        box = half.seal(secret: key.copy())
    }
}
