import HavreCodec
import HavreSecrets

/// The two kinds of stanza that are read and written here: a recipient's key and a passphrase.
enum AgeWrap {
    static let x25519 = "X25519"
    static let scrypt = "scrypt"
    private static let x25519Info = Array("age-encryption.org/v1/X25519".utf8)
    private static let scryptLabel = Array("age-encryption.org/v1/scrypt".utf8)

    /// Wraps the file key for one recipient under a fresh share.
    static func stanza(
        _ fileKey: borrowing SecretBytes, for recipient: AgeRecipient
    ) throws(SecretError) -> AgeStanza {
        let ephemeral = SecretBytes(random: 32)
        let share = try X25519.publicPoint(of: ephemeral)
        let shared = try X25519.shared(secret: ephemeral, point: recipient.bytes)
        let key = HMAC.hkdf(input: shared, salt: share + recipient.bytes, info: x25519Info)
        return AgeStanza(
            arguments: [x25519, Base64.standard(share, padded: false)],
            body: try FileKey.wrap(fileKey, under: key))
    }

    /// Wraps the file key under a passphrase and a fresh salt.
    static func stanza(
        _ fileKey: borrowing SecretBytes, passphrase: borrowing SecretBytes, logN: Int
    ) throws(SecretError) -> AgeStanza {
        let salt = Random.bytes(16)
        let key = try Scrypt.key(passphrase: passphrase, salt: scryptLabel + salt, logN: logN)
        return AgeStanza(
            arguments: [scrypt, Base64.standard(salt, padded: false), String(logN)],
            body: try FileKey.wrap(fileKey, under: key))
    }

    /// Checks every stanza of a known kind, whoever it is for; other kinds are let pass.
    ///
    /// Throws `malformed` also for a passphrase beside anything else: who knows it must be the only author.
    static func check(_ stanzas: [AgeStanza]) throws(FormatError) {
        for stanza in stanzas {
            switch stanza.kind {
            case x25519: _ = try share(stanza)
            case scrypt:
                guard stanzas.count == 1 else { throw AgeHeader.malformed("a passphrase stands alone") }
                _ = try cost(stanza)
            default: continue
            }
        }
    }

    /// The file key, when the stanza is for this identity.
    static func open(_ stanza: AgeStanza, _ identity: AgeIdentity) throws(FormatError) -> SecretBytes? {
        guard stanza.kind == x25519 else { return nil }
        let share = try share(stanza)
        do throws(SecretError) {
            let shared = try X25519.shared(secret: identity.secret, point: share)
            let key = HMAC.hkdf(input: shared, salt: share + identity.recipient.bytes, info: x25519Info)
            return try FileKey.unwrap(stanza.body, under: key)
        } catch {
            guard error == .notAuthentic else { throw AgeHeader.malformed("a share of full order") }
            return nil
        }
    }

    /// The file key, when the stanza is of this passphrase; throws `tooLarge` above the work factor allowed.
    static func open(
        _ stanza: AgeStanza, passphrase: borrowing SecretBytes, logNMax: Int
    ) throws(FormatError) -> SecretBytes? {
        guard stanza.kind == scrypt else { return nil }
        let (salt, logN) = try cost(stanza)
        guard logN <= min(logNMax, Scrypt.logNMax) else {
            throw .tooLarge(field: "work factor", max: min(logNMax, Scrypt.logNMax))
        }
        do throws(SecretError) {
            let key = try Scrypt.key(passphrase: passphrase, salt: scryptLabel + salt, logN: logN)
            return try FileKey.unwrap(stanza.body, under: key)
        } catch {
            guard error == .notAuthentic else {
                throw .tooLarge(field: "work factor", max: min(logNMax, Scrypt.logNMax))
            }
            return nil
        }
    }

    private static func share(_ stanza: AgeStanza) throws(FormatError) -> [UInt8] {
        guard stanza.arguments.count == 2, let share = AgeHeader.base64(stanza.arguments[1].utf8),
            share.count == 32, stanza.body.count == FileKey.wrappedByteCount
        else { throw AgeHeader.malformed("an X25519 stanza: 32-byte share, 32-byte body") }
        return share
    }

    private static func cost(_ stanza: AgeStanza) throws(FormatError) -> (salt: [UInt8], logN: Int) {
        guard stanza.arguments.count == 3, let salt = AgeHeader.base64(stanza.arguments[1].utf8),
            salt.count == 16, stanza.body.count == FileKey.wrappedByteCount
        else { throw AgeHeader.malformed("a scrypt stanza: 16-byte salt, work factor, 32-byte body") }
        let digits = stanza.arguments[2].utf8
        guard digits.first != 0x30, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw AgeHeader.malformed("a work factor without leading zero")
        }
        // More digits than fit are a number above every limit.
        return (salt, Int(stanza.arguments[2]) ?? .max)
    }
}
