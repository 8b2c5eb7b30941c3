import HavreAccess
import HavreCodec
import HavreFormats
import HavreSecrets
import HavreStore
import HavreSystem

/// The key under which somebody signs records of one case, and what gives her the right.
struct Author {
    let key: SigningKey
    /// RFC 7638 thumbprint of the public key, 32 bytes: part of the contexts of what she seals.
    let thumbprint: Digest
    let right: Digest?

    init(key: SigningKey, right: Digest?) {
        self.key = key
        self.right = right
        thumbprint = Self.thumbprint(key.publicKey)
    }

    static func thumbprint(_ key: VerifyKey) -> Digest {
        // The text is base64url of 32 bytes by its own format.
        guard let bytes = try? Base64.decodeURL(JWK.thumbprint(key)), let digest = try? Digest(bytes: bytes)
        else {
            preconditionFailure("a thumbprint has 32 bytes")
        }
        return digest
    }
}

extension Vault {
    /// Somebody's author key for one case: made and certified in the chain at her first write.
    func author(
        _ place: WritingPlace, _ draft: inout Draft, _ session: Session, time: Instant
    ) throws(HavreError) -> Author {
        let person = session.person
        let right = place.chain.right(of: person.person)
        let known = try ringKey(place.area.id, session)
        if let key = known?.authorKey {
            if place.chain.authors[key.publicKey] == person.person { return Author(key: key, right: right) }
        }
        let key = SigningKey()
        let link = CaseLink.author(CaseLink.Author(person: person.person, key: key.publicKey))
        let statement = try person.say(
            link.kind,
            link.body(
                place.chain.next(by: person.person, at: time), caseID: place.area.id,
                directory: place.directory.count))
        var chain = place.chain
        try accessing { () throws(AccessError) in try chain.append(statement, directory: place.directory) }
        try draft.put(
            link: statement, number: place.chain.count, in: place.area, secret: Compartment.roster.rawValue,
            place.secrets, vault: self)
        try keep(key, place, known, &draft, session)
        return Author(key: key, right: right)
    }

    private func keep(
        _ key: SigningKey, _ place: WritingPlace, _ known: RingKey?, _ draft: inout Draft, _ session: Session
    ) throws(HavreError) {
        let ring = session.ring
        if known != nil, let row = session.opened.with({ $0.ring[place.area.id]?.row }) {
            // What is written over is read after it was named, so that mail that comes meanwhile is not lost.
            try draft.rest(on: ring)
            guard let known = try ringKey(place.area.id, session) else { throw .notFound }
            try draft.put(
                ringKey: known.merging([:], authorSeed: key.seed()), of: session.person, in: ring, at: row,
                vault: id)
        } else if let code = place.freshCode {
            // A case that is being made: its owner's copy of the secrets goes into her ring with the seed.
            try draft.put(
                ringKey: RingKey(
                    area: place.area.id, code: code, secrets: place.secrets.newest, authorSeed: key.seed()),
                of: session.person, in: ring, vault: id)
        } else {
            throw .notOpen
        }
    }
}
