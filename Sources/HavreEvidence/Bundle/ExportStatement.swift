import HavreCodec
import HavreFormats
import HavreSecrets

/// What an exporter signs: this bag, for this recipient, on this day. Lies in `export.sdjwt`.
struct ExportStatement: Sendable, Equatable {
    /// `vct` of the statement.
    static let type = "urn:havre:export:1"

    /// SHA-256 of the tag manifest as it is without the statement: it stands for the whole bag.
    let bag: Digest
    let contact: String
    let profile: String
    let date: Day
    /// Of the vault that it comes from.
    let fingerprint: Digest

    /// The SD-JWT under the exporter's author key of the case.
    func signed(by key: SigningKey) throws(FormatError) -> SDJWT {
        try SDJWT.issue(
            plain: [
                "iss": .string(RecordClaims.issuer(key.publicKey)), "vct": .string(Self.type),
                "bag": .string(bag.hex), "contact": .string(contact), "profile": .string(profile),
                "date": .string(date.description), "fingerprint": .string(fingerprint.hex),
            ], claims: [:], key: key)
    }

    init(bag: Digest, contact: String, profile: String, date: Day, fingerprint: Digest) {
        self.bag = bag
        self.contact = contact
        self.profile = profile
        self.date = date
        self.fingerprint = fingerprint
    }

    /// Reads and verifies a statement.
    ///
    /// - Parameter keys: the attested keys by thumbprint; the statement says which of them is its own.
    /// - Throws: `malformed`, or `notAuthentic` when none of the keys signed.
    init(_ bytes: [UInt8], keys: [String: VerifyKey]) throws(FormatError) {
        let sdjwt = try SDJWT(parsing: bytes)
        guard let name = sdjwt.header.keyID, let key = keys[name] else { throw .notAuthentic }
        let claims = try sdjwt.verify(key: key).claims
        guard claims["vct"]?.string == Self.type, claims["iss"]?.string == RecordClaims.issuer(key) else {
            throw .malformed(field: BundleLayout.export, rule: "the signature of an export")
        }
        do throws(CodecError) {
            var fields = try Fields(claims)
            _ = try (fields.string("iss"), fields.string("vct"))
            bag = try fields.digest("bag")
            contact = try fields.string("contact")
            profile = try fields.string("profile")
            date = try Day(parsing: fields.string("date"))
            fingerprint = try fields.digest("fingerprint")
            try fields.finish()
        } catch { throw .malformed(field: BundleLayout.export, rule: error.rule) }
    }
}
