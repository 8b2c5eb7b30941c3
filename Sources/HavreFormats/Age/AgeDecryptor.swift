import HavreCodec
package import HavreSecrets

/// Reads a binary age v1 file piece by piece: bytes of the file in, authentic plain bytes out.
///
/// What comes out before the end is authentic but perhaps not all: it counts only once `finish` has returned.
/// Write to a temporary file and rename it then.
package struct AgeDecryptor: ~Copyable {
    /// The largest work factor taken unless the caller says otherwise: 2^20, which needs 1 GiB.
    package static let logNMax = 20

    private let unlock: AgeUnlock
    /// The header as far as it was read, then empty.
    private var pending: [UInt8] = []
    /// The beginning of the first line of the header that was not complete when last looked at.
    private var lineStart = 0
    private var headerByteCount: Int?
    private var payload: AgePayloadReader?
    private var hasPayload = false

    /// Reads with whichever of the identities fits.
    package init(identities: [AgeIdentity]) {
        unlock = .identities(identities)
    }

    /// Reads with a passphrase; a file that asks for more than 2^`logNMax` is refused before anything is hashed.
    package init(passphrase: consuming SecretBytes, logNMax: Int = logNMax) {
        unlock = .passphrase(AgePassphrase(secret: passphrase, logNMax: logNMax))
    }

    /// Takes the next bytes of the file; gives the plain bytes that are ready.
    ///
    /// Throws `malformed` for the header, `noMatch` when no key fits, `tooLarge` for a header or a work factor
    /// above the limit, `notAuthentic` for a changed header or payload. When chunks before a changed one were
    /// good they are given out first, and the next call throws.
    package mutating func update(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        guard !hasPayload else { return try payload?.update(bytes) ?? [] }
        pending += bytes
        guard let end = try headerEnd(), pending.count >= end + AgePayload.nonceByteCount else { return [] }
        try start(end)
        let rest = pending
        pending = []
        return try payload?.update(rest) ?? []
    }

    /// The end of the file: gives the last plain bytes, or throws as `update`, also when something is missing.
    package mutating func finish() throws(FormatError) -> [UInt8] {
        guard hasPayload else {
            // A header that fits no key is said to be that rather than cut.
            if let end = try headerEnd() {
                _ = try unlock.fileKey(AgeHeader(parsing: Array(pending[..<end])))
            }
            throw AgeHeader.malformed("complete, with a nonce of 16 bytes")
        }
        return try payload?.finish() ?? []
    }

    /// The place after the header, nil while it is not complete.
    private mutating func headerEnd() throws(FormatError) -> Int? {
        if let headerByteCount { return headerByteCount }
        let version = AgeHeader.version + [0x0A]
        guard pending.prefix(version.count).elementsEqual(version.prefix(pending.count)) else {
            throw AgeHeader.malformed("version line")
        }
        let end = AgeHeader.end(in: pending, from: &lineStart)
        guard (end ?? pending.count) <= AgeHeader.byteCountMax else {
            throw .tooLarge(field: "age header", max: AgeHeader.byteCountMax)
        }
        headerByteCount = end
        return end
    }

    private mutating func start(_ end: Int) throws(FormatError) {
        let fileKey = try unlock.fileKey(AgeHeader(parsing: Array(pending[..<end])))
        let start = end + AgePayload.nonceByteCount
        payload = AgePayloadReader(key: AgePayload.key(fileKey, Array(pending[end..<start])))
        hasPayload = true
        pending.removeFirst(start)
    }
}

/// What opens a header.
private enum AgeUnlock {
    case identities([AgeIdentity])
    case passphrase(AgePassphrase)

    /// The file key of an authentic header.
    func fileKey(_ header: AgeHeader) throws(FormatError) -> SecretBytes {
        try AgeWrap.check(header.stanzas)
        guard let fileKey = try find(header.stanzas) else { throw .noMatch }
        guard header.isAuthentic(fileKey) else { throw .notAuthentic }
        return fileKey
    }

    private func find(_ stanzas: [AgeStanza]) throws(FormatError) -> SecretBytes? {
        switch self {
        case .passphrase(let passphrase):
            guard let stanza = stanzas.first else { return nil }
            return try AgeWrap.open(stanza, passphrase: passphrase.secret, logNMax: passphrase.logNMax)
        case .identities(let identities):
            for identity in identities {
                for stanza in stanzas {
                    if let fileKey = try AgeWrap.open(stanza, identity) { return fileKey }
                }
            }
            return nil
        }
    }
}

/// A passphrase held by reference, so that it can stand in a case of an enumeration.
private final class AgePassphrase: Sendable {
    let secret: SecretBytes
    let logNMax: Int

    init(secret: consuming SecretBytes, logNMax: Int) {
        self.secret = secret
        self.logNMax = logNMax
    }
}
