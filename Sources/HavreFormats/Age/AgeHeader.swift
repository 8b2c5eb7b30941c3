import HavreCodec
import HavreSecrets

/// The header of an age v1 file: stanzas and a MAC under the file key (C2SP age.md).
struct AgeHeader {
    static let version = Array("age-encryption.org/v1".utf8)
    /// The most bytes of a header read.
    static let byteCountMax = 1 << 17
    /// The most stanzas read or written.
    static let stanzaCountMax = 1024

    let stanzas: [AgeStanza]
    /// 32 bytes.
    let mac: [UInt8]
    /// What the MAC covers: everything up to and including `---`.
    let covered: [UInt8]

    /// Authenticates stanzas with the file key.
    init(stanzas: [AgeStanza], fileKey: borrowing SecretBytes) {
        var covered = AgeHeader.version + [0x0A]
        for stanza in stanzas { covered += stanza.encoded }
        covered += Array("---".utf8)
        self.stanzas = stanzas
        self.covered = covered
        self.mac = AgeHeader.mac(covered, fileKey).withBytes { span in (0..<32).map { span.byte(at: $0) } }
    }

    /// Reads a whole header, its last newline included; throws `malformed`.
    init(parsing bytes: [UInt8]) throws(FormatError) {
        var lines = bytes.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        guard bytes.last == 0x0A, let first = lines.popFirst(), first.elementsEqual(AgeHeader.version) else {
            throw AgeHeader.malformed("version line")
        }
        guard let last = lines.popLast(), last.starts(with: "--- ".utf8), last.count == 47,
            let mac = AgeHeader.base64(last.dropFirst(4))
        else { throw AgeHeader.malformed("a MAC of 32 bytes") }
        var stanzas: [AgeStanza] = []
        while let line = lines.popFirst() {
            guard line.starts(with: "-> ".utf8), stanzas.count < AgeHeader.stanzaCountMax else {
                throw AgeHeader.malformed("at most 1024 stanzas that begin with ->")
            }
            let arguments = try AgeStanza.arguments(line.dropFirst(3))
            stanzas.append(AgeStanza(arguments: arguments, body: try AgeHeader.body(&lines)))
        }
        guard !stanzas.isEmpty else { throw AgeHeader.malformed("at least one stanza") }
        self.stanzas = stanzas
        self.mac = mac
        // Without the space, the 43 digits and the newline.
        self.covered = Array(bytes.dropLast(45))
    }

    /// The bytes of the header.
    var encoded: [UInt8] {
        covered + Array(" \(Base64.standard(mac, padded: false))\n".utf8)
    }

    /// Whether the MAC is that of the file key.
    func isAuthentic(_ fileKey: borrowing SecretBytes) -> Bool {
        SecretBytes.equal(AgeHeader.mac(covered, fileKey), SecretBytes(copying: mac))
    }

    /// The place after a header's last newline in a file's first bytes, nil when it is not there yet.
    static func end(in bytes: [UInt8], from start: inout Int) -> Int? {
        // `start` is the beginning of a line that was not complete when last looked at.
        while let newline = bytes[start...].firstIndex(of: 0x0A) {
            let isLast = bytes[start...newline].starts(with: "---".utf8)
            start = newline + 1
            if isLast { return start }
        }
        return nil
    }

    static func malformed(_ rule: String) -> FormatError { .malformed(field: "age header", rule: rule) }

    /// Unpadded, canonical base64.
    static func base64(_ digits: some Sequence<UInt8>) -> [UInt8]? {
        try? Base64.decodeStandard(String(decoding: Array(digits), as: UTF8.self), padded: false)
    }

    private static func mac(_ covered: [UInt8], _ fileKey: borrowing SecretBytes) -> SecretBytes {
        HMAC.tag(key: HMAC.hkdf(input: fileKey, salt: [], info: Array("header".utf8)), covered)
    }

    /// Full lines of 64 columns, then one that is shorter.
    private static func body(
        _ lines: inout ArraySlice<ArraySlice<UInt8>>
    ) throws(FormatError) -> [UInt8] {
        var digits: [UInt8] = []
        while let line = lines.popFirst() {
            guard line.count <= AgeStanza.columnCount else { throw malformed("lines of 64 columns") }
            digits += line
            guard line.count < AgeStanza.columnCount else { continue }
            guard let body = base64(digits) else { throw malformed("a body in base64") }
            return body
        }
        throw malformed("a body that ends in a short line")
    }
}
