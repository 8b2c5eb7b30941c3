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

    /// A file for one or more recipients; throws what ``AgeFileKey`` throws.
    package init(recipients: [AgeRecipient]) throws(FormatError) {
        self.init(try AgeFileKey(recipients: recipients))
    }

    /// A file for whoever knows a passphrase; throws what ``AgeFileKey`` throws.
    package init(passphrase: borrowing SecretBytes, logN: Int = logN) throws(FormatError) {
        self.init(try AgeFileKey(passphrase: passphrase, logN: logN))
    }

    /// A file under a key that was made before.
    package init(_ key: AgeFileKey) {
        let nonce = Random.bytes(AgePayload.nonceByteCount)
        self.header = AgeHeader(stanzas: key.stanzas, fileKey: key.key).encoded + nonce
        self.sealer = Stream.Sealer(key: AgePayload.key(key.key, nonce))
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
