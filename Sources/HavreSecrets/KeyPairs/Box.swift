package import HavreCodec

/// Secrets of compartments on their way to one person, with the signed link that says what they are.
///
/// On the wire: `crypto_box_seal` of LP(link) || u8 count || count x 32 bytes. Anybody can make such a box, so it
/// opens only together with the question whether the link is believed and with the commitments the link (or the
/// chain of the case) names: nothing else ever leaves it.
package struct Box: Sendable {
    /// One secret that a link promises.
    package struct Promise: Hashable, Sendable {
        /// The case.
        package let caseID: Identifier
        /// The compartment.
        package let compartment: String
        /// Its generation.
        package let generation: UInt64
        /// The commitment to its secret.
        package let commitment: Commitment

        /// Names one secret.
        package init(caseID: Identifier, compartment: String, generation: UInt64, commitment: Commitment) {
            self.caseID = caseID
            self.compartment = compartment
            self.generation = generation
            self.commitment = commitment
        }
    }

    /// The most secrets in one box.
    package static let secretCountMax = 64

    /// The signed link.
    package let link: Statement
    /// The secrets, in the order of the promises.
    package let secrets: [Key<Role.CompartmentSecret>]

    /// Seals a link and its secrets to a person.
    ///
    /// - Throws: `outOfRange` above 64 secrets.
    package static func seal(
        _ link: Statement, _ secrets: [Key<Role.CompartmentSecret>], to recipient: BoxPublicKey
    ) throws(SecretError) -> [UInt8] {
        guard secrets.count <= secretCountMax else {
            throw .outOfRange(rule: "a box holds at most 64 secrets")
        }
        var writer = ByteWriter()
        writer.prefixed(link.encoded())
        writer.u8(UInt8(secrets.count))
        let head = writer.bytes
        var message = SecretBytes(zeroed: head.count + Scalar.byteCount * secrets.count)
        unsafe message.withMutablePointer { message in
            unsafe message.update(from: head, count: head.count)
            for (index, key) in secrets.enumerated() {
                let target = unsafe message + head.count + index * Scalar.byteCount
                unsafe key.secret.withPointer { unsafe target.update(from: $0, count: Scalar.byteCount) }
            }
        }
        return recipient.seal(secret: message)
    }

    /// Opens a box: `judge` sees the link first and either says what it promises or, with nil, that it is not
    /// believed (signature, recipient's two keys, expiry and place in the chain are its business); then every secret
    /// is compared with its commitment and checked to be a canonical scalar.
    ///
    /// - Throws: `SecretError.notAuthentic` for whatever does not fit.
    package static func open(
        _ sealed: [UInt8], with key: BoxKey, vault: Identifier, judge: (Statement) -> [Promise]?
    ) throws(SecretError) -> Box {
        let message = try key.openSecret(sealed)
        let (link, start) = try readLink(message)
        guard let promises = judge(link),
            message.count == start + 1 + Scalar.byteCount * promises.count,
            message.slice(start..<start + 1).withBytes({ $0.copied() }) == [UInt8(clamping: promises.count)]
        else { throw .notAuthentic }
        var secrets: [Key<Role.CompartmentSecret>] = []
        for (index, promise) in promises.enumerated() {
            let at = start + 1 + index * Scalar.byteCount
            secrets.append(try readSecret(message.slice(at..<at + Scalar.byteCount), promise, vault))
        }
        return Box(link: link, secrets: secrets)
    }

    /// The link, and where it ends.
    private static func readLink(_ message: borrowing SecretBytes) throws(SecretError) -> (Statement, Int) {
        guard message.count >= 4 else { throw .notAuthentic }
        let count = message.prefix(4).withBytes { $0.copied() }.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= message.count - 5 else { throw .notAuthentic }
        do {
            let link = try Statement(decoding: message.slice(4..<4 + count).withBytes { $0.copied() })
            return (link, 4 + count)
        } catch {
            throw .notAuthentic
        }
    }

    private static func readSecret(
        _ bytes: consuming SecretBytes, _ promise: Promise, _ vault: Identifier
    ) throws(SecretError) -> Key<Role.CompartmentSecret> {
        let commitment = Commitment(
            to: bytes, vault: vault, caseID: promise.caseID, compartment: promise.compartment,
            generation: promise.generation)
        guard commitment == promise.commitment else { throw .notAuthentic }
        do { return try Scalar(bytes).asKey() } catch { throw .notAuthentic }
    }
}
