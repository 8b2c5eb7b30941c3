import HavreCodec

/// The readers of HavreCodec but texts: JSON, base64, hex, packed structures, days and instants, names of things.
extension Parser {
    static let codec = [
        Parser("json", samples: { texts(jsonSamples) }) { bytes in
            guard let json = try? JSON(parsing: bytes) else { return false }
            let written = json.encoded()
            guard let again = try? JSON(parsing: written) else { fatalError("what is written is read") }
            demand(again == json && again.encoded() == written, "one value has one text")
            return true
        },
        Parser("base64", samples: { texts(["Zm9v", "Zm8", "Zm8=", "-_-_", "+/+/", "00ff10"]) }) { bytes in
            guard let text = bytes.text else { return false }
            var isTaken = false
            if let read = try? Base64.decodeURL(text) {
                demand(Text.sameBytes(Base64.url(read), text), "base64url has one text")
                isTaken = true
            }
            for padded in [false, true] {
                guard let read = try? Base64.decodeStandard(text, padded: padded) else { continue }
                demand(Text.sameBytes(Base64.standard(read, padded: padded), text), "base64 has one text")
                isTaken = true
            }
            if let read = try? Hex.decode(text) {
                demand(Text.sameBytes(Hex.encode(read), text), "hex has one text")
                isTaken = true
            }
            return isTaken
        },
        Parser(
            "dates", samples: { texts(["2026-11-21", "2026-11-21T23:59:59Z", "0001-01-01", "9999-12-31"]) }
        ) {
            bytes in
            guard let text = bytes.text else { return false }
            if let day = try? Day(parsing: text) {
                demand(Text.sameBytes(day.description, text), "a day has one text")
                let shift = Int(bytes.reduce(0) { $0 &* 131 &+ UInt32($1) })
                demand(
                    day.adding(days: shift).adding(months: -shift) <= Day.last, "sums stay in the calendar")
                return true
            }
            guard let instant = try? Instant(parsing: text) else { return false }
            demand(Text.sameBytes(instant.description, text), "an instant has one text")
            return true
        },
        Parser(
            "names",
            samples: { texts([String(repeating: "0f", count: 16), String(repeating: "a0", count: 32)]) }
        ) { bytes in
            guard let text = bytes.text else { return false }
            if let name = try? Identifier(hex: text) {
                demand(Text.sameBytes(name.hex, text), "an identifier has one text")
                return true
            }
            guard let digest = try? Digest(hex: text) else { return false }
            demand(Text.sameBytes(digest.hex, text), "a digest has one text")
            return true
        },
        Parser("packed", samples: { packedSamples }) { bytes in
            let acts = bytes.dropFirst().prefix(Int(bytes.first ?? 0))
            var reader = ByteReader(Array(bytes.dropFirst(1 + acts.count)))
            do throws(CodecError) {
                for act in acts {
                    let before = reader.remaining
                    try take(act, of: &reader)
                    demand(reader.remaining <= before, "a reader goes forward")
                }
                try reader.finish()
                return true
            } catch { return false }
        },
    ]

    private static func take(_ act: UInt8, of reader: inout ByteReader) throws(CodecError) {
        switch act % 12 {
        case 0: _ = try reader.u8()
        case 1: _ = try reader.u16()
        case 2: _ = try reader.u32()
        case 3: _ = try reader.u64()
        case 4: _ = try reader.flag()
        case 5: _ = try reader.prefixed(max: Int(act) << 8)
        case 6: _ = try reader.prefixedText(max: Int(act))
        case 7: _ = try reader.optional(max: Int(act))
        case 8: _ = try reader.list(max: 1 << 20) { reader throws(CodecError) in try reader.flag() }
        case 9: _ = try reader.identifier()
        case 10: _ = try reader.digest()
        default: _ = try reader.bytes(Int(act))
        }
    }

    private static let packedSamples: [[UInt8]] = {
        var writer = ByteWriter()
        writer.u8(1)
        writer.u32(7)
        writer.prefixed("text")
        writer.u64(9)
        // How many acts, the acts, what they read.
        return [[4, 0, 2, 30, 3] + writer.bytes, [2, 0, 0, 1, 2]]
    }()

    private static let jsonSamples = [
        #"{"a":[1,-2,9007199254740991,true,false,null],"é":"\u00e9\n\"\\\/\b\f\r\t"}"#,
        #"[[[[{"k":{"k":[{}]}}]]]]"#, #""\ud83d\ude00""#, #"  {"b" : 1 , "a" : [ ] } "#, "0",
    ]
}
