package import HavreSecrets

/// Bech32 (BIP 173, not Bech32m) without its limit on length, as age writes keys.
///
/// One text for each value: all lower or all upper case, checksum over the lower case, unused bits zero.
package enum Bech32 {
    /// The longest text read.
    package static let characterCountMax = 1024
    private static let checksumCount = 6

    /// Writes bytes in lower case after the human-readable part and `1`.
    ///
    /// Throws `malformed` for a part that is empty, has upper-case letters or characters outside 0x21...0x7e.
    package static func encode(_ part: String, _ bytes: [UInt8]) throws(FormatError) -> String {
        try check(part: part)
        var text = Array("\(part)1".utf8)
        encode(part, count: bytes.count, byte: { bytes[$0] }, character: { text.append($0) })
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a text; the part is given in lower case. Throws `malformed`.
    package static func decode(_ text: String) throws(FormatError) -> (part: String, bytes: [UInt8]) {
        let characters = Array(text.utf8)
        guard characters.count <= characterCountMax else {
            throw .tooLarge(field: "bech32", max: characterCountMax)
        }
        guard let one = characters.lastIndex(of: UInt8(ascii: "1")) else {
            throw .malformed(field: "bech32", rule: "part, 1, data")
        }
        guard let isUpper = letterCase(characters.count, { characters[$0] }) else {
            throw .malformed(field: "bech32", rule: "one case")
        }
        let lower = characters.map { isUpper ? $0.lowered : $0 }
        let part = String(decoding: lower[..<one], as: UTF8.self)
        try check(part: part)
        var bytes: [UInt8] = []
        let data = lower[(one + 1)...]
        try decode(
            part, count: data.count, character: { data[data.startIndex + $0] }, byte: { bytes.append($0) })
        return (part, bytes)
    }

    /// Writes a secret, in upper case as age writes identities, into locked memory.
    package static func encodeSecret(
        _ part: String, _ secret: borrowing SecretBytes
    ) throws(FormatError) -> SecretBytes {
        try check(part: part)
        let start = part.utf8.count + 1
        var text = SecretBytes(zeroed: start + (secret.count * 8 + 4) / 5 + checksumCount)
        let count = secret.count
        secret.withBytes { source in
            text.withMutableBytes { target in
                for (place, character) in "\(part)1".utf8.enumerated() {
                    target.storeBytes(of: character.raised, toByteOffset: place, as: UInt8.self)
                }
                var place = start
                encode(part, count: count, byte: { source.byte(at: $0) }) { character in
                    target.storeBytes(of: character.raised, toByteOffset: place, as: UInt8.self)
                    place += 1
                }
            }
        }
        return text
    }

    /// Reads a secret of `byteCount` bytes whose part (in lower case) is known, without a copy in ordinary memory.
    ///
    /// Throws `malformed`.
    package static func decodeSecret(
        _ text: borrowing SecretBytes, part: String, byteCount: Int
    ) throws(FormatError) -> SecretBytes {
        let start = part.utf8.count + 1
        let count = text.count
        guard count == start + (byteCount * 8 + 4) / 5 + checksumCount else {
            throw .malformed(field: "bech32", rule: "length of its kind")
        }
        var secret = SecretBytes(zeroed: byteCount)
        try text.withBytes { source throws(FormatError) in
            guard let isUpper = letterCase(count, { source.byte(at: $0) }) else {
                throw .malformed(field: "bech32", rule: "one case")
            }
            for (place, character) in "\(part)1".utf8.enumerated()
            where source.byte(at: place) != (isUpper ? character.raised : character) {
                throw .malformed(field: "bech32", rule: "part of its kind")
            }
            try secret.withMutableBytes { target throws(FormatError) in
                var place = 0
                try decode(part, count: count - start, character: { source.byte(at: start + $0).lowered }) {
                    byte in
                    target.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
                    place += 1
                }
            }
        }
        return secret
    }

    private static func check(part: String) throws(FormatError) {
        let isPlain = part.utf8.allSatisfy { 0x21...0x7E ~= $0 && !(0x41...0x5A ~= $0) }
        guard !part.isEmpty, isPlain else { throw .malformed(field: "bech32", rule: "a lower-case part") }
    }

    /// True for a text in upper case, false for one in lower case or without letters, nil for a mixed one.
    private static func letterCase(_ count: Int, _ character: (Int) -> UInt8) -> Bool? {
        var hasUpper = false
        var hasLower = false
        for place in 0..<count {
            hasUpper = hasUpper || 0x41...0x5A ~= character(place)
            hasLower = hasLower || 0x61...0x7A ~= character(place)
        }
        return hasUpper && hasLower ? nil : hasUpper
    }

    private static func encode(
        _ part: String, count: Int, byte: (Int) -> UInt8, character: (UInt8) -> Void
    ) {
        var checksum = Bech32Checksum(part: part)
        var pending: UInt32 = 0
        var bitCount = 0
        func write(_ group: UInt32) {
            checksum.absorb(UInt8(group))
            character(Bech32Alphabet.characters[Int(group)])
        }
        for place in 0..<count {
            pending = (pending & 0x1F) << 8 | UInt32(byte(place))
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                write(pending >> UInt32(bitCount) & 31)
            }
        }
        if bitCount > 0 { write(pending << UInt32(5 - bitCount) & 31) }
        for _ in 0..<checksumCount { checksum.absorb(0) }
        for place in 0..<checksumCount { character(Bech32Alphabet.characters[checksum.group(place)]) }
    }

    private static func decode(
        _ part: String, count: Int, character: (Int) -> UInt8, byte: (UInt8) -> Void
    ) throws(FormatError) {
        guard count >= checksumCount else { throw .malformed(field: "bech32", rule: "a checksum") }
        var checksum = Bech32Checksum(part: part)
        // The checksum is looked at before a byte is given out.
        for place in 0..<count {
            guard let group = Bech32Alphabet.group(character(place)) else {
                throw .malformed(field: "bech32", rule: "characters of its alphabet")
            }
            checksum.absorb(group)
        }
        guard checksum.isValid else { throw .malformed(field: "bech32", rule: "checksum") }
        var pending: UInt32 = 0
        var bitCount = 0
        for place in 0..<(count - checksumCount) {
            pending = (pending & 0x7F) << 5 | UInt32(Bech32Alphabet.group(character(place)) ?? 0)
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                byte(UInt8(truncatingIfNeeded: pending >> UInt32(bitCount)))
            }
        }
        guard bitCount < 5, pending & ((1 << UInt32(bitCount)) - 1) == 0 else {
            throw .malformed(field: "bech32", rule: "unused bits zero")
        }
    }
}
