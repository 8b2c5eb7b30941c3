package import HavreSecrets

/// Why a copy through closures stopped: this module's own reason, or the reader's or writer's.
package enum TransferError<Failure: Error>: Error {
    /// The bytes were refused.
    case format(FormatError)
    /// The closure that reads or writes failed.
    case transfer(Failure)
}

/// Whole age files through closures, a piece at a time: a file of any size needs the memory of two pieces.
package enum Age {
    /// Bytes asked of a reader at once: sixteen chunks, enough for two cores.
    package static let pieceByteCount = 1 << 20

    /// Encrypts what `read` gives (at most the count asked for, none at the end) to `write`.
    package static func encrypt<E: Error>(
        _ encryptor: consuming AgeEncryptor, armored: Bool = false,
        read: (Int) throws(E) -> [UInt8], write: ([UInt8]) throws(E) -> Void
    ) throws(TransferError<E>) {
        var encryptor = encryptor
        var armor = AgeArmorWriter()
        while true {
            let plain = try transfer { () throws(E) in try read(pieceByteCount) }
            let isLast = plain.isEmpty
            let bytes: [UInt8]
            do throws(FormatError) {
                bytes = isLast ? try encryptor.finish() : try encryptor.update(plain)
            } catch {
                throw .format(error)
            }
            let text = armored ? armor.update(bytes) + (isLast ? armor.finish() : []) : bytes
            if !text.isEmpty { try transfer { () throws(E) in try write(text) } }
            if isLast { return }
        }
    }

    /// Decrypts what `read` gives, armored or not, to `write`.
    ///
    /// What was written counts only when this returns: a file that is cut or changed fails after its good part was
    /// written.
    package static func decrypt<E: Error>(
        _ decryptor: consuming AgeDecryptor, read: (Int) throws(E) -> [UInt8],
        write: ([UInt8]) throws(E) -> Void
    ) throws(TransferError<E>) {
        var decryptor = decryptor
        var armor: AgeArmorReader?
        var isFirst = true
        while true {
            let bytes = try transfer { () throws(E) in try read(pieceByteCount) }
            // A binary file begins with the "a" of its version line; armor with a dash or white space.
            if isFirst, let first = bytes.first, first != AgeHeader.version[0] { armor = AgeArmorReader() }
            isFirst = false
            let isLast = bytes.isEmpty
            let plain: [UInt8]
            do throws(FormatError) {
                if isLast { try armor?.finish() }
                plain = isLast ? try decryptor.finish() : try decryptor.update(armor?.update(bytes) ?? bytes)
            } catch {
                throw .format(error)
            }
            if !plain.isEmpty { try transfer { () throws(E) in try write(plain) } }
            if isLast { return }
        }
    }

    /// Encrypts bytes in memory.
    package static func encrypt(
        _ plain: [UInt8], to recipients: [AgeRecipient], armored: Bool = false
    ) throws(FormatError) -> [UInt8] {
        try encrypt(plain, AgeEncryptor(recipients: recipients), armored: armored)
    }

    /// Encrypts bytes in memory under a passphrase.
    package static func encrypt(
        _ plain: [UInt8], passphrase: borrowing SecretBytes, logN: Int = AgeEncryptor.logN,
        armored: Bool = false
    ) throws(FormatError) -> [UInt8] {
        try encrypt(plain, AgeEncryptor(passphrase: passphrase, logN: logN), armored: armored)
    }

    /// Decrypts bytes in memory, armored or not; gives nothing unless the whole file is good.
    package static func decrypt(
        _ file: [UInt8], _ decryptor: consuming AgeDecryptor
    ) throws(FormatError) -> [UInt8] {
        var rest = file[...]
        var plain: [UInt8] = []
        do throws(TransferError<Never>) {
            try decrypt(decryptor, read: { take($0, of: &rest) }, write: { plain += $0 })
        } catch {
            throw reason(error)
        }
        return plain
    }

    /// Encrypts bytes in memory.
    package static func encrypt(
        _ plain: [UInt8], _ encryptor: consuming AgeEncryptor, armored: Bool = false
    ) throws(FormatError) -> [UInt8] {
        var rest = plain[...]
        var file: [UInt8] = []
        do throws(TransferError<Never>) {
            try encrypt(encryptor, armored: armored, read: { take($0, of: &rest) }, write: { file += $0 })
        } catch {
            throw reason(error)
        }
        return file
    }

    private static func take(_ count: Int, of rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let piece = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        return piece
    }

    private static func reason(_ error: TransferError<Never>) -> FormatError {
        switch error {
        case .format(let reason): reason
        }
    }

    private static func transfer<E: Error, Value>(
        _ body: () throws(E) -> Value
    ) throws(TransferError<E>) -> Value {
        do throws(E) { return try body() } catch { throw .transfer(error) }
    }
}
