import HavreCodec

extension Passphrase {
    /// The bytes that are hashed: ASCII as it is, other text in Normalization Form C, so that the same phrase typed
    /// on two keyboards is the same.
    ///
    /// The text is normalised a letter at a time (a base and its marks): such a piece is a small string, which
    /// Swift keeps in registers and on the stack, so the phrase as a whole never reaches the heap.
    ///
    /// - Throws: `outOfRange` for an empty phrase, more than 1,024 bytes, bytes that are not UTF-8, control
    ///   characters, unassigned code points (their normal form could change), or a letter with so many marks that
    ///   it has more than 15 bytes.
    package static func normalised(_ typed: borrowing SecretBytes) throws(SecretError) -> SecretBytes {
        guard (1...byteCountMax).contains(typed.count) else {
            throw .outOfRange(rule: "a passphrase has 1 to 1024 bytes")
        }
        let count = typed.count
        // No code point grows to more than three times its bytes in NFC (UAX #15, table of expansion factors).
        var writer = PhraseWriter(out: SecretBytes(zeroed: 3 * count))
        try typed.withBytes { span throws(SecretError) in
            var reader = ScalarReader(count: count)
            while let scalar = try reader.next(span) { try writer.add(scalar) }
        }
        return try writer.finish()
    }
}

/// Reads scalars from UTF-8 strictly: no overlong form, no surrogate, nothing above U+10FFFF.
private struct ScalarReader {
    let count: Int
    var at = 0

    init(count: Int) { self.count = count }

    mutating func next(_ span: RawSpan) throws(SecretError) -> Unicode.Scalar? {
        guard at < count else { return nil }
        let first = byte(span, at)
        let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        guard first < 0x80 || (first >= 0xc2 && first <= 0xf4), at + length <= count else { throw malformed }
        var value = length == 1 ? UInt32(first) : UInt32(first) & (0x7f >> UInt32(length))
        for offset in 1..<max(length, 1) {
            let next = byte(span, at + offset)
            guard next & 0xc0 == 0x80 else { throw malformed }
            value = value << 6 | UInt32(next & 0x3f)
        }
        let least: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
        guard value >= least[length], let scalar = Unicode.Scalar(value) else { throw malformed }
        at += length
        return scalar
    }

    private func byte(_ span: RawSpan, _ index: Int) -> UInt8 {
        unsafe span.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    private var malformed: SecretError { .outOfRange(rule: "a passphrase is UTF-8") }
}

/// Collects a letter at a time and writes its normal form.
private struct PhraseWriter: ~Copyable {
    /// What a Swift string holds without the heap.
    private static let pieceByteCountMax = 15

    private var out: SecretBytes
    private var length = 0
    private var piece = ""

    init(out: consuming SecretBytes) { self.out = out }

    mutating func add(_ scalar: Unicode.Scalar) throws(SecretError) {
        guard scalar.value >= 0x20, scalar.properties.generalCategory != .control else {
            throw .outOfRange(rule: "a passphrase has no control characters")
        }
        guard scalar.properties.generalCategory != .unassigned else {
            throw .outOfRange(rule: "a passphrase has no unassigned characters")
        }
        if Self.startsLetter(scalar) { write() }
        guard piece.utf8.count + scalar.utf8.count <= Self.pieceByteCountMax else {
            throw .outOfRange(rule: "a letter of a passphrase has at most 15 bytes with its marks")
        }
        piece.unicodeScalars.append(scalar)
    }

    consuming func finish() throws(SecretError) -> SecretBytes {
        write()
        return out.prefix(length)
    }

    /// Nothing before such a scalar ever composes with it or is reordered past it: it is no mark, no vowel or final
    /// consonant of Hangul, and none of the few letters (Kirat Rai) that compose.
    private static func startsLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x300: return true
        case 0x1160...0x11ff, 0xd7b0...0xd7ff, 0x16d40...0x16d7f: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return false
        default: return scalar.properties.canonicalCombiningClass == .notReordered
        }
    }

    private mutating func write() {
        let normal = Text.nfc(piece)
        let start = length
        out.withMutableBytes { span in
            var at = start
            for byte in normal.utf8 {
                span.storeBytes(of: byte, toByteOffset: at, as: UInt8.self)
                at += 1
            }
        }
        length += normal.utf8.count
        piece = ""
    }
}
