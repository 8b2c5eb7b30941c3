/// Hides how long a plaintext is.
package enum Pad {
    /// The 25 sizes of a padded row in bytes: 2^k and 1.5 x 2^k from 256 to 1 MiB.
    package static let sizes: [Int] = (8...20).flatMap { k in k < 20 ? [1 << k, 3 << (k - 1)] : [1 << k] }

    /// The longest text that fits the largest size: 1 MiB less the 8 bytes of its length.
    package static let byteCountMax = (1 << 20) - prefixByteCount

    private static let prefixByteCount = 8

    /// Length (u64 LE) || data || zeros, up to the next size. Applied once, to the plaintext of the outermost Seal.
    ///
    /// - Throws: `SecretError.outOfRange` above 1 MiB less 8 bytes.
    package static func pad(_ data: [UInt8]) throws(SecretError) -> [UInt8] {
        guard data.count <= byteCountMax, let size = size(for: data.count) else {
            throw .outOfRange(rule: "a padded text has at most \(byteCountMax) bytes")
        }
        var padded: [UInt8] = []
        padded.reserveCapacity(size)
        for shift in 0..<UInt64(prefixByteCount) {
            padded.append(UInt8(truncatingIfNeeded: UInt64(data.count) >> (8 * shift)))
        }
        padded.append(contentsOf: data)
        padded.append(contentsOf: repeatElement(0, count: size - padded.count))
        return padded
    }

    /// The data of a padded text. Strict: the size is the smallest that holds the length, the filling is zero,
    /// so each text has one padded form.
    ///
    /// - Throws: `SecretError.notAuthentic` for anything `pad` does not make.
    package static func unpad(_ padded: [UInt8]) throws(SecretError) -> [UInt8] {
        guard padded.count >= prefixByteCount else { throw .notAuthentic }
        var length: UInt64 = 0
        for index in (0..<prefixByteCount).reversed() { length = length << 8 | UInt64(padded[index]) }
        guard length <= UInt64(byteCountMax), size(for: Int(length)) == padded.count else {
            throw .notAuthentic
        }
        let end = prefixByteCount + Int(length)
        // Without a branch for each byte: half of a row may be filling.
        let bytes = padded.span
        var filling: UInt8 = 0
        for index in end..<bytes.count { filling |= bytes[index] }
        guard filling == 0 else { throw .notAuthentic }
        return [UInt8](padded[prefixByteCount..<end])
    }

    private static func size(for byteCount: Int) -> Int? {
        sizes.first { $0 >= byteCount + prefixByteCount }
    }

    /// The Padmé size of `byteCount` bytes (PURBs, PETS 2019), at least `floor`: at most 12 % more, and few
    /// distinct sizes. For files in `blobs/`, whose true length stands inside the ciphertext.
    package static func padme(_ byteCount: Int, floor: Int = 256) -> Int {
        let length = max(byteCount, floor)
        guard length >= 2 else { return length }
        let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
        let keptBits = Int.bitWidth - exponent.leadingZeroBitCount
        let freeBits = exponent - keptBits
        guard freeBits > 0 else { return length }
        let mask = (1 << freeBits) - 1
        return (length + mask) & ~mask
    }
}
