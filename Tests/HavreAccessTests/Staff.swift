import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

/// A human with every key that she ever has.
struct Staff {
    let person = Random.identifier()
    let sign = SigningKey()
    let box = BoxKey()
    let shadowSign = SigningKey()
    let shadowBox = BoxKey()
    /// What her invitation's code gives.
    let codeSign = SigningKey()
    let codeBox = BoxKey()

    var keys: PublicKeys { PublicKeys(sign: sign.publicKey, box: box.publicKey) }
    var shadow: PublicKeys { PublicKeys(sign: shadowSign.publicKey, box: shadowBox.publicKey) }
    var code: PublicKeys { PublicKeys(sign: codeSign.publicKey, box: codeBox.publicKey) }
    var entry: DirectoryLink.Entry { DirectoryLink.Entry(person: person, keys: keys, shadow: shadow) }

    func invitation(
        _ name: String, _ role: StaffRole, resets: Identifier? = nil, expires: Instant = House.soon
    ) throws -> DirectoryLink {
        .invitation(
            DirectoryLink.Invitation(
                person: person, name: try StaffName(name), role: role, keys: code, expires: expires,
                resets: resets))
    }
}

/// Where a link says that it stands, when a test wants it to say something else than the truth.
typealias Misplacing = (Link) -> Link

extension Link {
    func with(
        vault: Identifier? = nil, number: UInt64? = nil, previous: Digest? = nil, time: Instant? = nil,
        by: Identifier? = nil
    ) -> Link {
        Link(
            vault: vault ?? self.vault, number: number ?? self.number, previous: previous ?? self.previous,
            time: time ?? self.time, by: by ?? self.by)
    }
}

/// A directory and the people in it.
struct House {
    static let now = Instant(seconds: 1_750_000_000)
    static let soon = Instant(seconds: 1_750_000_000 + 86_400)

    let recovery = (sign: SigningKey(), box: BoxKey())
    let founder = Staff()
    var directory: Directory
    /// Every link, to be read again.
    private(set) var links: [Statement]

    init() throws {
        let founding = try Self.founding(founder, recovery)
        directory = try Directory(founding: founding)
        links = [founding]
    }

    static func areas() -> [DirectoryLink.AreaKey] {
        HouseArea.allCases.map {
            DirectoryLink.AreaKey(area: $0, generation: 0, commitment: .random, half: BoxKey().publicKey)
        }
    }

    static func founding(
        _ founder: Staff, _ recovery: (sign: SigningKey, box: BoxKey), keys: PublicKeys? = nil,
        attestation: VerifyKey = SigningKey().publicKey, areas: [DirectoryLink.AreaKey] = areas(),
        place: Misplacing = { $0 }, signer: SigningKey? = nil
    ) throws -> Statement {
        let matter = DirectoryLink.founding(
            DirectoryLink.Founding(
                organisation: "Maison", person: founder.person, name: try StaffName("Founder"),
                keys: keys ?? founder.keys, shadow: founder.shadow,
                recovery: PublicKeys(sign: recovery.sign.publicKey, box: recovery.box.publicKey),
                attestation: attestation, areas: areas))
        let link = Link(
            vault: Random.identifier(), number: 0, previous: .zero, time: now, by: founder.person)
        return try Statement.make(matter.kind, matter.body(place(link)), by: signer ?? founder.sign)
    }

    /// A link as a person says it, signed by her and whoever else.
    func say(
        _ matter: DirectoryLink, by staff: Staff, signed key: SigningKey? = nil,
        and second: SigningKey? = nil,
        place: Misplacing = { $0 }
    ) throws -> Statement {
        let body = matter.body(place(directory.next(by: staff.person, at: Self.now)))
        let statement = try Statement.make(matter.kind, body, by: key ?? staff.sign)
        return if let second { try statement.signed(by: second) } else { statement }
    }

    mutating func append(_ statement: Statement) throws {
        try directory.append(statement)
        links.append(statement)
    }

    mutating func take(_ matter: DirectoryLink, by staff: Staff, and second: SigningKey? = nil) throws {
        try append(try say(matter, by: staff, and: second))
    }

    func entry(of staff: Staff) throws -> Statement {
        try say(.entry(staff.entry), by: staff, signed: staff.codeSign, and: staff.sign)
    }

    func confirmation(of staff: Staff) throws -> DirectoryLink {
        guard let entry = directory.members[staff.person]?.entry else { throw AccessError.notSigned }
        return .confirmation(DirectoryLink.Confirmation(person: staff.person, entry: entry))
    }

    /// Somebody who has entered and is not confirmed.
    mutating func enter(
        _ name: String, _ role: StaffRole, resets: Identifier? = nil, by inviter: Staff? = nil,
        and second: SigningKey? = nil
    ) throws -> Staff {
        let staff = Staff()
        try take(try staff.invitation(name, role, resets: resets), by: inviter ?? founder, and: second)
        try append(try entry(of: staff))
        return staff
    }

    /// Somebody confirmed.
    mutating func enrol(
        _ name: String, _ role: StaffRole, resets: Identifier? = nil, by inviter: Staff? = nil,
        and second: SigningKey? = nil
    ) throws -> Staff {
        let staff = try enter(name, role, resets: resets, by: inviter, and: resets == nil ? nil : second)
        try take(try confirmation(of: staff), by: inviter ?? founder, and: second)
        return staff
    }

    /// Looks whether the directory refuses a link, with this error, and stays what it was.
    func refuses(
        _ statement: Statement, _ error: AccessError, _ location: SourceLocation = #_sourceLocation
    ) {
        var copy = directory
        #expect(throws: error, sourceLocation: location) { try copy.append(statement) }
        #expect(
            copy.head == directory.head && copy.count == directory.count && copy.members == directory.members
                && copy.contacts == directory.contacts, sourceLocation: location)
    }
}

extension Digest {
    static var random: Digest { Hash.blake2b256(Random.bytes(32)) }
}

extension AccessError {
    static func rule(_ text: String) -> AccessError { .refused(rule: text) }
    static let maySay = rule("the signer may not say this")
    static let knownKey = rule("the key already stands in the directory")
}
