import HavreCodec
import HavreSecrets

/// What the house keeps of an invitation, under the gate: never the code itself.
struct Invitation: Equatable {
    /// Keyed digest of the code: how the row is found.
    let codeTag: Identifier
    let person: Identifier
    let inviter: Identifier
    let name: String
    let role: String
    let expires: Instant
    /// The secret of @directory, boxed to the code's X25519 key; empty once used: the mark of a used code.
    var box: [UInt8]
    /// Whether somebody tried the code once more: the inviter is told until it expires.
    var isTriedAgain = false

    var isUsed: Bool { box.isEmpty }

    func write(to writer: inout ByteWriter) {
        writer.append(codeTag.bytes)
        writer.append(person.bytes)
        writer.append(inviter.bytes)
        writer.prefixed(name)
        writer.prefixed(role)
        writer.u64(UInt64(bitPattern: expires.seconds))
        writer.prefixed(box)
        writer.flag(isTriedAgain)
    }

    init(
        codeTag: Identifier, person: Identifier, inviter: Identifier, name: String, role: String,
        expires: Instant, box: [UInt8]
    ) {
        self.codeTag = codeTag
        self.person = person
        self.inviter = inviter
        self.name = name
        self.role = role
        self.expires = expires
        self.box = box
    }

    init(_ reader: inout ByteReader) throws(CodecError) {
        codeTag = try reader.identifier()
        person = try reader.identifier()
        inviter = try reader.identifier()
        name = try reader.prefixedText(max: 1024)
        role = try reader.prefixedText(max: 64)
        expires = Instant(seconds: Int64(bitPattern: try reader.u64()))
        box = try reader.prefixed(max: 4096)
        isTriedAgain = try reader.flag()
    }
}

/// The 128-bit code of an invitation and the keys that come from it.
///
/// Written in Crockford's base 32 without I, L, O and U: 26 characters in groups of five, read back in any case,
/// with or without hyphens.
struct InvitationCode {
    let sign: SigningKey
    let box: BoxKey
    let tag: Identifier

    static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Keys of a code of 16 bytes.
    ///
    /// - Throws: `SecretError.wrongLength`.
    init(_ code: borrowing SecretBytes) throws(SecretError) {
        sign = SigningKey(seed: try code.derive(Context(.code, .text("sign")), as: Role.Seed.self))
        box = BoxKey(seed: try code.derive(Context(.code, .text("box")), as: Role.Seed.self))
        tag = try code.derive(Context(.code, .text("tag")), as: Role.Code.self).tag(
            Context(.code, .text("row")))
    }

    /// A fresh code with its text.
    static func make() throws(SecretError) -> (code: InvitationCode, text: String) {
        let bytes = SecretBytes(random: 16)
        return (try InvitationCode(bytes), bytes.withBytes { Self.spell($0) })
    }

    /// Reads a typed code.
    ///
    /// - Throws: `HavreError.wrongPassphrase`: a misspelt code answers like an unknown one.
    init(typed: borrowing SecretBytes) throws(HavreError) {
        // 26 characters of 5 bits: 128 of the code, two that are zero. They stay in guarded memory.
        var bytes = SecretBytes(zeroed: 17)
        var count = 0
        var isSpelt = true
        typed.withBytes { span in
            bytes.withMutableBytes { target in
                for index in 0..<span.byteCount {
                    let byte = span.byte(at: index)
                    guard byte != UInt8(ascii: "-"), byte != UInt8(ascii: " ") else { continue }
                    let value = Self.value(byte)
                    isSpelt = isSpelt && value < 32 && count < 26
                    guard isSpelt else { return }
                    Self.append(value, at: count * 5, to: &target)
                    count += 1
                }
            }
        }
        guard isSpelt, count == 26, bytes.withBytes({ $0.byte(at: 16) }) == 0 else { throw .wrongPassphrase }
        do { self = try InvitationCode(bytes.slice(0..<16)) } catch { throw .wrongPassphrase }
    }

    /// Writes five bits from a place on.
    private static func append(_ value: UInt8, at place: Int, to target: inout MutableRawSpan) {
        for bit in place..<place + 5 where value >> (4 - UInt8(bit - place)) & 1 == 1 {
            let byte = target.bytes.byte(at: bit / 8) | 0x80 >> UInt8(bit % 8)
            target.storeBytes(of: byte, toByteOffset: bit / 8, as: UInt8.self)
        }
    }

    private static func value(_ byte: UInt8) -> UInt8 {
        let upper = byte >= 97 && byte <= 122 ? byte - 32 : byte
        // As Crockford says: O reads as 0, I and L as 1.
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return UInt8(alphabet.firstIndex(of: upper) ?? 255)
        }
    }

    private static func spell(_ bytes: RawSpan) -> String {
        var text: [UInt8] = []
        for index in 0..<26 {
            var value: UInt8 = 0
            for bit in index * 5..<index * 5 + 5 {
                value <<= 1
                guard bit < 128 else { continue }
                value |= bytes.byte(at: bit / 8) >> (7 - UInt8(bit % 8)) & 1
            }
            if index > 0, index % 5 == 0 { text.append(UInt8(ascii: "-")) }
            text.append(alphabet[Int(value)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
