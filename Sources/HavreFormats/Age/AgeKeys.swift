package import HavreSecrets

/// A public key of age (X25519): who may read a file. Written `age1...`.
package struct AgeRecipient: Hashable, Sendable {
    private static let part = "age"

    /// The 32-byte coordinate.
    package let bytes: [UInt8]

    /// Takes 32 bytes; throws `malformed` for another count, for an encoding that is not reduced, and for a point
    /// of low order, under which everybody could read.
    package init(bytes: [UInt8]) throws(FormatError) {
        guard let key = try? BoxPublicKey(bytes: bytes) else {
            throw .malformed(field: "recipient", rule: "an X25519 public key")
        }
        self.bytes = key.bytes
    }

    /// Reads `age1...`, in lower or upper case; throws `malformed`.
    package init(parsing text: String) throws(FormatError) {
        let (part, bytes) = try Bech32.decode(text)
        guard part == AgeRecipient.part else {
            throw .malformed(field: "recipient", rule: "begins with age1")
        }
        try self.init(bytes: bytes)
    }

    /// `age1...`, 62 characters.
    package var text: String {
        // The part is a constant that encodes always.
        (try? Bech32.encode(AgeRecipient.part, bytes)) ?? ""
    }
}

/// A secret key of age (X25519). Written `AGE-SECRET-KEY-1...`.
package final class AgeIdentity: Sendable {
    private static let part = "age-secret-key-"
    /// The most bytes of a file of identities.
    package static let fileByteCountMax = 65536

    let secret: SecretBytes
    /// The public half.
    package let recipient: AgeRecipient

    /// A fresh random identity.
    package convenience init() throws(FormatError) {
        try self.init(secret: SecretBytes(random: 32))
    }

    /// Takes over 32 secret bytes; throws `malformed` for another count.
    package init(secret: consuming SecretBytes) throws(FormatError) {
        guard let point = try? X25519.publicPoint(of: secret) else {
            throw .malformed(field: "identity", rule: "32 bytes")
        }
        self.recipient = try AgeRecipient(bytes: point)
        self.secret = secret
    }

    /// Reads `AGE-SECRET-KEY-1...`, 74 characters in one case; throws `malformed`.
    package convenience init(parsing text: borrowing SecretBytes) throws(FormatError) {
        try self.init(secret: Bech32.decodeSecret(text, part: AgeIdentity.part, byteCount: 32))
    }

    /// `AGE-SECRET-KEY-1...`, 74 ASCII characters.
    package func text() throws(FormatError) -> SecretBytes {
        try Bech32.encodeSecret(AgeIdentity.part, secret)
    }

    /// Reads a file as `age-keygen` writes it: one identity a line, empty lines and lines that begin with `#`
    /// between them; LF or CRLF.
    ///
    /// Throws `tooLarge`, or `malformed` for any other line and for a file without identities.
    package static func identities(
        file: borrowing SecretBytes
    ) throws(FormatError) -> [AgeIdentity] {
        guard file.count <= fileByteCountMax else {
            throw .tooLarge(field: "identities", max: fileByteCountMax)
        }
        var identities: [AgeIdentity] = []
        for line in lines(of: file) where !line.isEmpty {
            let text = file.slice(line)
            let isComment = text.withBytes { $0.byte(at: 0) == UInt8(ascii: "#") }
            if !isComment { identities.append(try AgeIdentity(parsing: text)) }
        }
        guard !identities.isEmpty else { throw .malformed(field: "identities", rule: "at least one") }
        return identities
    }

    /// The places of the lines, without their ends.
    private static func lines(of file: borrowing SecretBytes) -> [Range<Int>] {
        let count = file.count
        return file.withBytes { span in
            var lines: [Range<Int>] = []
            var start = 0
            for place in 0...count where place == count || span.byte(at: place) == 0x0A {
                let hasReturn = place > start && span.byte(at: place - 1) == 0x0D
                lines.append(start..<(hasReturn ? place - 1 : place))
                start = place + 1
            }
            return lines
        }
    }
}
