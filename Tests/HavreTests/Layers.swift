import HavreCodec
import Testing

/// The texts that stand in a bundle: its bytes and, again and again, whatever in them is text in base64.
///
/// What is drawn at random (salts, digests, signatures) is no text. In ten thousand letters of it every word of four
/// stands once in some thousand bundles, so a short word is looked for where words stand.
struct Layers {
    private let texts: [[UInt8]]

    init(_ bytes: [UInt8]) { texts = Self.texts(in: bytes, depth: 0) }

    /// More letters than a word has: what is longer is base64 of something, or hexadecimal.
    private static let wordByteCountMax = 20
    /// So many given letters nobody draws at random.
    private static let byChanceByteCountMax = 10

    private static func texts(in bytes: [UInt8], depth: Int) -> [[UInt8]] {
        guard depth < 4 else { return [bytes] }
        var found = [bytes]
        for run in bytes.split(whereSeparator: { !isBase64($0) }) where run.count >= 7 {
            let text = String(decoding: run, as: UTF8.self)
            let inner =
                (try? Base64.decodeURL(text)) ?? (try? Base64.decodeStandard(text, padded: false))
            guard let inner, String(validating: inner, as: UTF8.self) != nil else { continue }
            found += texts(in: inner, depth: depth + 1)
        }
        return found
    }

    /// The letters of both alphabets, without the padding.
    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2F, 0x5F: true
        default: false
        }
    }

    /// Whether a word or more of them stand in any layer.
    func hold(_ text: String) -> Bool {
        let needle = Array(text.utf8)
        return texts.contains { bytes in
            var rest = bytes[...]
            while let place = rest.firstRange(of: needle) {
                if Self.isSaid(bytes, place) { return true }
                rest = bytes[(place.lowerBound + 1)...]
            }
            return false
        }
    }

    /// Whether what stands there is a word, and no piece of a longer run of letters that happen to spell it.
    private static func isSaid(_ bytes: [UInt8], _ place: Range<Int>) -> Bool {
        guard place.count < byChanceByteCountMax, bytes[place].allSatisfy(isBase64) else { return true }
        let before = bytes[..<place.lowerBound].reversed().prefix { isBase64($0) }.count
        let after = bytes[place.upperBound...].prefix { isBase64($0) }.count
        return before + place.count + after <= wordByteCountMax
    }
}

@Suite struct LayersTests {
    @Test("A word is found where it is said, in base64 too, and not where a digest happens to spell it")
    func words() {
        let digest = "ZkAmina0Zq8vWm1LouisQfT3hillXo2sJr5uYb7QW1pbmE"
        let inner = Base64.url(Array("[\"\(digest)\",\"text\",\"Amina came up the hill.\"]".utf8))
        let outer = Base64.url(Array("{\"disclosure\":\"\(inner)\"}".utf8))
        for text in [inner, outer, Base64.standard(Array("Amina, hill".utf8), padded: true), "x Amina hill/"]
        {
            let layers = Layers(Array("header \(text).rest".utf8))
            for word in ["Amina", "hill"] { #expect(layers.hold(word), "\(word) in \(text)") }
            #expect(!layers.hold("Louis"))
        }
        let silent = Layers(Array("sha256 \(digest) evidence".utf8))
        for word in ["Amina", "Louis", "hill"] { #expect(!silent.hold(word)) }
        #expect(silent.hold("Amina0Zq8vWm1"), "so much is never chance")
        #expect(Layers(Array("06 39".utf8)).hold("06 39"))
    }
}
