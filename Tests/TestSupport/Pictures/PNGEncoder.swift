/// A PNG encoder (W3C PNG third edition) for pictures of at most 16 colours: palette, 4 bits a point, deflate
/// with stored blocks only, so that no compressor is needed.
public enum PNGEncoder {
    /// Encodes a canvas. `before` are whole chunks put between the palette and the pixels, `after` whole chunks
    /// put between the pixels and IEND. A colour beyond the sixteenth is a mistake of the drawing and stops.
    public static func encode(_ canvas: Canvas, before: [[UInt8]] = [], after: [[UInt8]] = []) -> [UInt8] {
        var palette: [[UInt8]] = []
        var raw: [UInt8] = []
        for y in 0..<canvas.height {
            raw.append(0)
            for x in stride(from: 0, to: canvas.width, by: 2) {
                var byte: UInt8 = 0
                for half in 0..<2 where x + half < canvas.width {
                    let colour = canvas[x + half, y]
                    let entry = [colour.red, colour.green, colour.blue]
                    let index = palette.firstIndex(of: entry) ?? palette.count
                    precondition(index < 16, "too many colours")
                    if index == palette.count { palette.append(entry) }
                    byte |= UInt8(index) << (half == 0 ? 4 : 0)
                }
                raw.append(byte)
            }
        }
        let header = big(UInt32(canvas.width)) + big(UInt32(canvas.height)) + [4, 3, 0, 0, 0]
        return signature + chunk("IHDR", header) + chunk("PLTE", palette.flatMap { $0 })
            + before.flatMap { $0 } + chunk("IDAT", stored(raw)) + after.flatMap { $0 } + chunk("IEND", [])
    }

    /// The eight bytes every PNG starts with.
    public static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A chunk: big-endian length, type, body, CRC-32 over type and body.
    public static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
        big(UInt32(body.count)) + Array(type.utf8) + body + big(crc32(Array(type.utf8) + body))
    }

    /// A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4).
    public static func stored(_ raw: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var at = 0
        repeat {
            let end = min(at + 65_535, raw.count)
            let length = UInt16(end - at)
            stream.append(end == raw.count ? 1 : 0)
            for word in [length, ~length] { stream += [UInt8(word & 0xFF), UInt8(word >> 8)] }
            stream += raw[at..<end]
            at = end
        } while at < raw.count
        return stream + big(adler32(raw))
    }

    /// CRC-32 as PNG counts it (ISO 3309, reflected, polynomial EDB88320).
    public static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return b << 16 | a
    }

    /// Four bytes, most significant first.
    public static func big(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
