/// Base 64 (RFC 4648 sections 4 and 5), canonical in both directions: no white space, no stray padding, unused
/// bits zero, so that one value has one text. Not constant in time: for public bytes only.
package enum Base64 {
    /// The URL alphabet (`-`, `_`) without padding, as JOSE uses it.
    package static func url(_ bytes: [UInt8]) -> String {
        encode(bytes, alphabet: urlAlphabet, padded: false)
    }

    /// The standard alphabet (`+`, `/`), with `=` up to a multiple of 4 or without.
    package static func standard(_ bytes: [UInt8], padded: Bool) -> String {
        encode(bytes, alphabet: standardAlphabet, padded: padded)
    }

    /// The bytes of ``url(_:)``'s text.
    /// - Throws: `CodecError` with field "base64" for anything that ``url(_:)`` would not have written.
    package static func decodeURL(_ text: String) throws(CodecError) -> [UInt8] {
        try decode(Array(text.utf8)[...], values: urlValues)
    }

    /// The bytes of ``standard(_:padded:)``'s text.
    /// - Throws: `CodecError` with field "base64" for anything that ``standard(_:padded:)`` would not have
    ///   written; padding is demanded or refused as `padded` says.
    package static func decodeStandard(_ text: String, padded: Bool) throws(CodecError) -> [UInt8] {
        var digits = Array(text.utf8)[...]
        if padded {
            guard digits.count.isMultiple(of: 4) else {
                throw .invalid(field: "base64", rule: "padded to a multiple of 4 characters")
            }
            // One or two; a third would leave a group of one digit, which `decode` refuses.
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        return try decode(digits, values: standardValues)
    }

    private static let standardAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlAlphabet = Array(standardAlphabet.dropLast(2)) + Array("-_".utf8)

    private static let standardValues = values(of: standardAlphabet)
    private static let urlValues = values(of: urlAlphabet)

    /// For each of the 256 bytes its 6 bits, or 0xFF when it is no digit.
    private static func values(of alphabet: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }

    private static func encode(_ bytes: [UInt8], alphabet: [UInt8], padded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let count = min(3, bytes.count - at)
            var group = UInt32(bytes[at]) << 16
            if count > 1 { group |= UInt32(bytes[at + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[at + 2]) }
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            if count > 1 { text.append(alphabet[Int(group >> 6 & 63)]) }
            if count > 2 { text.append(alphabet[Int(group & 63)]) }
            at += count
        }
        while padded && !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ digits: ArraySlice<UInt8>, values: [UInt8]) throws(CodecError) -> [UInt8] {
        guard digits.count % 4 != 1 else { throw .invalid(field: "base64", rule: "whole bytes") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        // `pending` holds `bitCount` bits that are not yet a byte: 0, 2, 4 or 6 of them after each digit.
        var pending: UInt32 = 0
        var bitCount = 0
        for digit in digits {
            let value = values[Int(digit)]
            guard value != 0xFF else { throw .invalid(field: "base64", rule: "digits of its alphabet") }
            pending = pending << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bitCount)))
                pending &= (1 << UInt32(bitCount)) - 1
            }
        }
        guard pending == 0 else { throw .invalid(field: "base64", rule: "unused bits are zero") }
        return bytes
    }
}
