/// What telephones and editors hide in a picture, made on purpose so that tests can look for it.
public enum Metadata {
    /// A position: degrees, minutes and hundredths of a second, north and west.
    public struct Position: Sendable {
        /// North of the equator.
        public let latitude: (degrees: UInt32, minutes: UInt32, centiseconds: UInt32)
        /// West of Greenwich.
        public let longitude: (degrees: UInt32, minutes: UInt32, centiseconds: UInt32)

        /// A position north of the equator and west of Greenwich.
        public init(
            latitude: (degrees: UInt32, minutes: UInt32, centiseconds: UInt32),
            longitude: (degrees: UInt32, minutes: UInt32, centiseconds: UInt32)
        ) {
            self.latitude = latitude
            self.longitude = longitude
        }

        /// The 48 bytes as EXIF stores them: six rationals, least significant byte first.
        public var bytes: [UInt8] {
            [latitude, longitude].flatMap { angle in
                [angle.degrees, 1, angle.minutes, 1, angle.centiseconds, 100].flatMap(Metadata.little)
            }
        }
    }

    /// A TIFF block (EXIF 2.32) with a description, a camera, a date, a position and, if given, a thumbnail.
    public static func tiff(
        description: String, date: String, position: Position, thumbnail: [UInt8] = []
    ) -> [UInt8] {
        let texts = [description, "Havre", "sample camera", date].map { Array($0.utf8) + [0] }
        // Layout: header 8, IFD0 of 5 entries, GPS IFD of 4, IFD1 of 3, then the values.
        let (main, gps, second) = (8, 8 + 2 + 5 * 12 + 4, 8 + 2 + 5 * 12 + 4 + 2 + 4 * 12 + 4)
        let values = second + 2 + 3 * 12 + 4
        var offsets: [Int] = []
        var heap: [UInt8] = []
        for text in texts {
            offsets.append(values + heap.count)
            heap += text
        }
        let positionAt = values + heap.count
        heap += position.bytes
        let thumbnailAt = values + heap.count
        heap += thumbnail

        var block: [UInt8] = Array("II".utf8) + short(42) + little(UInt32(main))
        block += short(5)
        for (tag, index) in [(0x010E, 0), (0x010F, 1), (0x0110, 2), (0x0132, 3)] {
            block += entry(tag, type: 2, count: texts[index].count, value: little(UInt32(offsets[index])))
        }
        block += entry(0x8825, type: 4, count: 1, value: little(UInt32(gps)))
        block += little(thumbnail.isEmpty ? 0 : UInt32(second))
        block += short(4)
        block += entry(1, type: 2, count: 2, value: Array("N".utf8) + [0, 0, 0])
        block += entry(2, type: 5, count: 3, value: little(UInt32(positionAt)))
        block += entry(3, type: 2, count: 2, value: Array("W".utf8) + [0, 0, 0])
        block += entry(4, type: 5, count: 3, value: little(UInt32(positionAt + 24)))
        block += little(0)
        block += short(3)
        block += entry(0x0103, type: 3, count: 1, value: short(6) + short(0))
        block += entry(0x0201, type: 4, count: 1, value: little(UInt32(thumbnailAt)))
        block += entry(0x0202, type: 4, count: 1, value: little(UInt32(thumbnail.count)))
        block += little(0)
        return block + heap
    }

    /// An EXIF segment of a JPEG (APP1).
    public static func exif(_ tiff: [UInt8]) -> [UInt8] {
        JPEGEncoder.segment(0xE1, Array("Exif".utf8) + [0, 0] + tiff)
    }

    /// An XMP segment of a JPEG (APP1).
    public static func xmp(_ text: String) -> [UInt8] {
        JPEGEncoder.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/".utf8) + [0] + xmpPacket(text))
    }

    /// An XMP packet with one description.
    public static func xmpPacket(_ text: String) -> [UInt8] {
        Array(
            """
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
            <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:description="\(text)"/>\
            </rdf:RDF></x:xmpmeta>
            """.utf8)
    }

    /// An IPTC caption in a Photoshop segment of a JPEG (APP13, resource 0404, dataset 2:120).
    public static func iptc(_ text: String) -> [UInt8] {
        let caption = Array(text.utf8)
        var data: [UInt8] = [0x1C, 2, 120, UInt8(caption.count >> 8), UInt8(caption.count & 0xFF)] + caption
        let size = PNGEncoder.big(UInt32(data.count))
        if data.count % 2 == 1 { data.append(0) }
        return JPEGEncoder.segment(
            0xED, Array("Photoshop 3.0".utf8) + [0] + Array("8BIM".utf8) + [4, 4, 0, 0] + size + data)
    }

    /// A comment segment of a JPEG.
    public static func comment(_ text: String) -> [UInt8] { JPEGEncoder.segment(0xFE, Array(text.utf8)) }

    /// A JFIF header of a JPEG (APP0), 72 dots an inch, no thumbnail.
    public static let jfif: [UInt8] = JPEGEncoder.segment(
        0xE0, Array("JFIF".utf8) + [0, 1, 2, 1, 0, 72, 0, 72, 0, 0])

    private static func entry(_ tag: Int, type: Int, count: Int, value: [UInt8]) -> [UInt8] {
        short(tag) + short(type) + little(UInt32(count)) + value
    }

    private static func short(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }

    private static func little(_ value: UInt32) -> [UInt8] { PNGEncoder.big(value).reversed() }
}
