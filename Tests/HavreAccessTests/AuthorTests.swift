import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct AuthorTests {
    private var dossier: Dossier
    private let key = SigningKey()
    private let mayNot = AccessError.rule(
        "who may write, export or refer on the case certifies an author key")
    private let once = AccessError.rule("everybody certifies her own author key, once")

    init() throws {
        dossier = try Dossier()
        try dossier.take(.grant(.example(dossier.legal, [.legal], [.read, .write])))
    }

    private func author(_ staff: Staff, _ key: VerifyKey? = nil) -> CaseLink {
        .author(CaseLink.Author(person: staff.person, key: key ?? self.key.publicKey))
    }

    @Test(
        "The owner and whoever may do more than read certify a key of their own, and the key outlives their place"
    )
    func certified() throws {
        var dossier = dossier
        let others = SigningKey().publicKey
        try dossier.take(author(dossier.owner), by: dossier.owner)
        try dossier.take(author(dossier.legal, others), by: dossier.legal)
        try dossier.take(dossier.removal(dossier.legal, [.roster, .legal]))
        #expect(dossier.chain.authors == [key.publicKey: dossier.owner.person, others: dossier.legal.person])
        // With a new grant she makes a new key: exports and referrals are signed too.
        for right in [Right.write, .redactExport, .refer] {
            try dossier.take(.grant(.example(dossier.legal, [.legal], [.read, right])))
            try dossier.take(author(dossier.legal, SigningKey().publicKey), by: dossier.legal)
        }
    }

    @Test("Nobody certifies somebody else's key, the same key twice, or a key of the directory")
    func whose() throws {
        var dossier = dossier
        try dossier.refuses(author(dossier.owner), by: dossier.legal, once)
        try dossier.refuses(author(dossier.legal), by: dossier.supervisor, once)
        try dossier.refuses(author(dossier.legal), by: dossier.owner, once)
        for key in [dossier.owner.keys.sign, dossier.owner.shadow.sign] {
            try dossier.refuses(
                author(dossier.owner, key), by: dossier.owner, .rule("an author key is a key of its own"))
        }
        try dossier.take(author(dossier.owner), by: dossier.owner)
        try dossier.refuses(author(dossier.owner), by: dossier.owner, once)
        try dossier.refuses(author(dossier.legal), by: dossier.legal, once)
    }

    @Test("A certificate is signed with the person's staff key: the author key's signature is none")
    func signatures() throws {
        let matter = author(dossier.owner)
        for other in [key, dossier.legal.sign, dossier.supervisor.sign] {
            dossier.refuses(try dossier.say(matter, by: dossier.owner, signed: other), .notSigned)
            dossier.refuses(try dossier.say(matter, by: dossier.owner, and: other), .notSigned)
        }
    }

    @Test("Readers, strangers, supervisors without a place, the removed and the expired certify nothing")
    func mayWrite() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.colleague, [.core], [.read])))
        let keeper = try dossier.house.enrol("Keeper", .keeper)
        for staff in [dossier.colleague, dossier.supervisor, keeper] {
            try dossier.refuses(author(staff), by: staff, mayNot)
        }
        let later = try dossier.say(author(dossier.legal), by: dossier.legal) {
            $0.with(time: House.now.adding(seconds: 92 * 86_400))
        }
        dossier.refuses(later, mayNot)
        let first = dossier.owner
        try dossier.take(dossier.removal(dossier.legal, [.roster, .legal]))
        try dossier.refuses(author(dossier.legal), by: dossier.legal, mayNot)
        try dossier.take(dossier.assignment(to: dossier.colleague))
        try dossier.refuses(author(first), by: first, mayNot)
        try dossier.take(author(dossier.colleague), by: dossier.colleague)
    }

    @Test("The right that a record names is a link that gave its author that compartment to write")
    func rights() throws {
        var dossier = dossier
        let (owner, legal) = (dossier.owner.person, dossier.legal.person)
        let founding = dossier.links[0].digest
        let grant = dossier.links[1].digest
        #expect(dossier.chain.gave(.write, to: owner, in: .health, by: founding))
        #expect(dossier.chain.gave(.write, to: legal, in: .legal, by: grant))
        #expect(dossier.chain.gave(.read, to: legal, in: .roster, by: grant))
        // Another compartment, another right, another person, another link: none of them.
        #expect(!dossier.chain.gave(.write, to: legal, in: .evidence, by: grant))
        #expect(!dossier.chain.gave(.redactExport, to: legal, in: .legal, by: grant))
        #expect(!dossier.chain.gave(.write, to: owner, in: .legal, by: grant))
        #expect(!dossier.chain.gave(.write, to: legal, in: .legal, by: founding))
        #expect(!dossier.chain.gave(.write, to: legal, in: .legal, by: .random))
        try dossier.take(.grant(.example(dossier.colleague, [.legal], [.read])))
        let reading = dossier.chain.head
        #expect(!dossier.chain.gave(.write, to: dossier.colleague.person, in: .legal, by: reading))
        // A removal gives nobody anything, and what was written before it stays written.
        try dossier.take(dossier.removal(dossier.legal, [.roster, .legal]))
        #expect(!dossier.chain.gave(.write, to: legal, in: .legal, by: dossier.chain.head))
        #expect(dossier.chain.gave(.write, to: legal, in: .legal, by: grant))
        try dossier.take(dossier.assignment(to: dossier.colleague))
        #expect(dossier.chain.gave(.write, to: dossier.colleague.person, in: .child, by: dossier.chain.head))
    }
}
