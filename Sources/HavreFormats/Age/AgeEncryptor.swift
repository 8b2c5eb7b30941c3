import HavreCodec
package import HavreSecrets

/// Writes an age v1 file piece by piece: plain bytes in, bytes of the file out.
///
/// The bytes out are the file once `finish` was called; the first piece carries the header. Not thread-safe: one
/// owner. Nothing but public ciphertext is kept beside at most 64 KiB of plain bytes.
package struct AgeEncryptor: ~Copyable {
    /// The work factor of passphrases: 2^18, as `age -p` writes.
    package static let logN = 18

    private var sealer: Stream.Sealer
    private var header: [UInt8]
    private var pending: [UInt8] = []

    /// A file for one or more recipients, each of whom can open it alone.
    ///
    /// The stanzas do not name recipients, but their number shows. Throws `malformed` for none or more than 1024.
    package init(recipients: [AgeRecipient]) throws(FormatError) {
        guard 1...AgeHeader.stanzaCountMax ~= recipients.count else {
            throw .malformed(field: "recipients", rule: "1 to 1024")
        }
        let fileKey = SecretBytes(random: FileKey.byteCount)
        var stanzas: [AgeStanza] = []
        for recipient in recipients {
            guard let stanza = try? AgeWrap.stanza(fileKey, for: recipient) else {
                throw .malformed(field: "recipient", rule: "an X25519 public key")
            }
            stanzas.append(stanza)
        }
        self.init(stanzas: stanzas, fileKey: fileKey)
    }

    /// A file for whoever knows a passphrase; memory for it is 1024 x 2^`logN` bytes.
    ///
    /// Throws `malformed` for an empty passphrase or a work factor outside 1...22, `tooLarge` without memory.
    package init(passphrase: borrowing SecretBytes, logN: Int = logN) throws(FormatError) {
        guard passphrase.count > 0, 1...Scrypt.logNMax ~= logN else {
            throw .malformed(field: "passphrase", rule: "not empty, work factor 1 to 22")
        }
        let fileKey = SecretBytes(random: FileKey.byteCount)
        guard let stanza = try? AgeWrap.stanza(fileKey, passphrase: passphrase, logN: logN) else {
            throw .tooLarge(field: "work factor", max: logN)
        }
        self.init(stanzas: [stanza], fileKey: fileKey)
    }

    private init(stanzas: [AgeStanza], fileKey: borrowing SecretBytes) {
        let nonce = Random.bytes(AgePayload.nonceByteCount)
        self.header = AgeHeader(stanzas: stanzas, fileKey: fileKey).encoded + nonce
        self.sealer = Stream.Sealer(key: AgePayload.key(fileKey, nonce))
    }

    /// Takes plain bytes of any count; gives what of the file is ready. Throws `malformed` after `finish`.
    package mutating func update(_ plain: [UInt8]) throws(FormatError) -> [UInt8] {
        pending += plain
        // The last chunk is not empty, so one byte stays back until more comes or the end.
        let count = max(0, pending.count - 1) / Stream.chunkByteCount * Stream.chunkByteCount
        guard count > 0 else { return takeHeader() }
        let piece = Array(pending[..<count])
        pending.removeFirst(count)
        return takeHeader() + (try seal(piece, last: false))
    }

    /// The rest of the file.
    package mutating func finish() throws(FormatError) -> [UInt8] {
        let piece = pending
        pending = []
        return takeHeader() + (try seal(piece, last: true))
    }

    private mutating func seal(_ piece: [UInt8], last: Bool) throws(FormatError) -> [UInt8] {
        guard let sealed = try? sealer.seal(piece, last: last) else {
            throw .malformed(field: "age payload", rule: "nothing after its end")
        }
        return sealed
    }

    private mutating func takeHeader() -> [UInt8] {
        let bytes = header
        header = []
        return bytes
    }
}
