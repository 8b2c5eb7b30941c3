package import HavreSecrets

/// The key of an age file and who may open it, before there is a file: what takes long with a passphrase (scrypt) is
/// done here, and nobody who waits for the file has to wait for it. Each file that is written with it has a nonce, and
/// so a payload key, of its own.
package final class AgeFileKey: Sendable {
    let stanzas: [AgeStanza]
    let key: SecretBytes

    /// For one or more recipients, each of whom can open it alone.
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
        self.stanzas = stanzas
        key = fileKey
    }

    /// For whoever knows a passphrase; memory for it is 1024 x 2^`logN` bytes.
    ///
    /// Throws `malformed` for an empty passphrase or a work factor outside 1...22, `tooLarge` without memory.
    package init(
        passphrase: borrowing SecretBytes, logN: Int = AgeEncryptor.logN
    ) throws(FormatError) {
        guard passphrase.count > 0, 1...Scrypt.logNMax ~= logN else {
            throw .malformed(field: "passphrase", rule: "not empty, work factor 1 to 22")
        }
        let fileKey = SecretBytes(random: FileKey.byteCount)
        guard let stanza = try? AgeWrap.stanza(fileKey, passphrase: passphrase, logN: logN) else {
            throw .tooLarge(field: "work factor", max: logN)
        }
        stanzas = [stanza]
        key = fileKey
    }
}
