import HavreCodec

/// The 512-byte header of one member of a ustar archive (POSIX.1-1988).
struct TarHeader: Equatable {
    static let blockByteCount = 512
    /// 8 GiB - 1: eleven octal digits.
    static let sizeMax = 0o77_777_777_777
    private static let nameByteCount = 100
    private static let prefixByteCount = 155

    enum Kind: UInt8 {
        case file = 0x30
        case folder = 0x35
    }

    let kind: Kind
    let path: String
    let byteCount: Int
    /// Seconds since 1970.
    let seconds: Int

    /// The block: mode 0644, user and group 0 without names. Throws `malformed` for a path that does not fit.
    func encoded() throws(FormatError) -> [UInt8] {
        let (prefix, name) = try TarHeader.split(path)
        var block = [UInt8](repeating: 0, count: TarHeader.blockByteCount)
        func put(_ bytes: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in bytes.enumerated() { block[place + offset] = byte }
        }
        put(name, at: 0)
        put(TarHeader.octal(0o644, digits: 7), at: 100)
        put(TarHeader.octal(0, digits: 7), at: 108)
        put(TarHeader.octal(0, digits: 7), at: 116)
        put(TarHeader.octal(byteCount, digits: 11), at: 124)
        put(TarHeader.octal(seconds, digits: 11), at: 136)
        block[156] = kind.rawValue
        put("ustar\u{0}00".utf8, at: 257)
        put(TarHeader.octal(0, digits: 7), at: 329)
        put(TarHeader.octal(0, digits: 7), at: 337)
        put(prefix, at: 345)
        put(TarHeader.octal(TarHeader.checksum(block), digits: 6), at: 148)
        block[154] = 0
        block[155] = 0x20
        return block
    }

    /// Reads a block strictly; throws `malformed`.
    init(parsing block: [UInt8]) throws(FormatError) {
        guard block[257..<265].elementsEqual("ustar\u{0}00".utf8) else {
            throw .malformed(field: "tar", rule: "ustar")
        }
        guard try TarHeader.number(block[148..<156]) == TarHeader.checksum(block) else {
            throw .malformed(field: "tar", rule: "checksum")
        }
        guard let kind = Kind(rawValue: block[156]) else {
            throw .malformed(field: "tar", rule: "files and folders only")
        }
        guard block[157..<257].allSatisfy({ $0 == 0 }), block[500...].allSatisfy({ $0 == 0 }) else {
            throw .malformed(field: "tar", rule: "no link, nothing hidden")
        }
        let name = try TarHeader.text(block[0..<100])
        let prefix = try TarHeader.text(block[345..<500])
        var path = prefix.isEmpty ? name : "\(prefix)/\(name)"
        if kind == .folder, path.utf8.last == UInt8(ascii: "/") { path = String(path.dropLast()) }
        self.kind = kind
        self.path = path
        self.byteCount = try TarHeader.number(block[124..<136])
        self.seconds = try TarHeader.number(block[136..<148])
        guard kind == .file || byteCount == 0 else {
            throw .malformed(field: "tar", rule: "folders are empty")
        }
    }

    init(file path: String, byteCount: Int, seconds: Int) {
        self.kind = .file
        self.path = path
        self.byteCount = byteCount
        self.seconds = seconds
    }

    /// Zero bytes that fill up the last block of a file.
    static func paddingByteCount(_ byteCount: Int) -> Int {
        (blockByteCount - byteCount % blockByteCount) % blockByteCount
    }

    /// The path as prefix and name, cut at a `/` so that both fit.
    private static func split(_ path: String) throws(FormatError) -> ([UInt8], [UInt8]) {
        let bytes = Array(path.utf8)
        if bytes.count <= nameByteCount { return ([], bytes) }
        for place in bytes.indices.reversed() where bytes[place] == UInt8(ascii: "/") {
            let name = bytes[(place + 1)...]
            guard name.count <= nameByteCount else { break }
            if place <= prefixByteCount { return (Array(bytes[..<place]), Array(name)) }
        }
        throw .malformed(field: "path", rule: "fits ustar")
    }

    /// Zero-filled octal digits and a NUL.
    private static func octal(_ value: Int, digits: Int) -> [UInt8] {
        let text = String(value, radix: 8)
        return Array((String(repeating: "0", count: max(0, digits - text.utf8.count)) + text).utf8) + [0]
    }

    /// Octal digits, then only NULs and spaces; an empty field is no number.
    private static func number(_ field: ArraySlice<UInt8>) throws(FormatError) -> Int {
        let digits = field.prefix { 0x30...0x37 ~= $0 }
        let rest = field.dropFirst(digits.count)
        guard !digits.isEmpty, digits.count <= 12, rest.allSatisfy({ $0 == 0 || $0 == 0x20 }) else {
            throw .malformed(field: "tar", rule: "octal numbers")
        }
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }

    /// UTF-8 up to the first NUL, with nothing after it.
    private static func text(_ field: ArraySlice<UInt8>) throws(FormatError) -> String {
        let bytes = field.prefix { $0 != 0 }
        guard field.dropFirst(bytes.count).allSatisfy({ $0 == 0 }),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw .malformed(field: "tar", rule: "names in UTF-8") }
        return text
    }

    /// The sum of all bytes, the checksum's own field counted as spaces.
    private static func checksum(_ block: [UInt8]) -> Int {
        block.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 0x20 : Int($1.element)) }
    }
}
