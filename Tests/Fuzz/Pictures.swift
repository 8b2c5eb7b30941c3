import HavreCodec
import HavreEvidence
import TestSupport

/// The readers of pictures that are rebuilt without what they hide.
extension Parser {
    static let pictures = [
        Parser("picture", samples: { pictureSamples }) { bytes in isRebuilt(bytes) },
        Parser("png-summed", samples: { [PNGEncoder.encode(canvas)] }) { bytes in
            // The checksums of chunks are put right, so that what lies behind them is reached.
            isRebuilt(summed(bytes))
        },
    ]

    private static func isRebuilt(_ bytes: [UInt8]) -> Bool {
        guard let picture = try? Derivative(of: bytes) else { return false }
        demand(
            picture.width > 0 && picture.height > 0 && (1...8).contains(picture.orientation),
            "a size and a way up")
        guard let again = try? Derivative(of: picture.bytes) else {
            fatalError("what is rebuilt is a picture")
        }
        demand(again.bytes == picture.bytes, "rebuilding changes nothing twice")
        demand(
            again.removed.isEmpty || again.removed == ["APP14"],
            "nothing is left to take out: \(again.removed)")
        demand(again.width == picture.width && again.height == picture.height, "the size stays")
        demand(picture.bytes.count <= bytes.count + 64, "nothing is added but our headers")
        return true
    }

    private static var canvas: Canvas {
        var canvas = Canvas(width: 21, height: 13, (220, 216, 200))
        canvas.disc(x: 8, y: 6, radius: 4, (40, 90, 160))
        return canvas
    }

    private static var pictureSamples: [[UInt8]] {
        let hidden = [Metadata.jfif, Metadata.comment("hidden"), Metadata.xmp("hidden")]
        return [
            JPEGEncoder.encode(canvas), JPEGEncoder.encode(canvas, segments: hidden, restartInterval: 2),
            PNGEncoder.encode(canvas), ProgressiveJPEG.block(),
        ]
    }

    private static func summed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var at = PNGEncoder.signature.count
        while at + 12 <= bytes.count {
            let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - at - 12 else { break }
            let sum = PNGEncoder.big(PNGEncoder.crc32(Array(bytes[(at + 4)..<(at + 8 + length)])))
            bytes.replaceSubrange((at + 8 + length)..<(at + 12 + length), with: sum)
            at += 12 + length
        }
        return bytes
    }
}
