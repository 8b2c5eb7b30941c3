import HavreCodec

/// Looks for what must not be there.
enum Traces {
    /// The bytes and, again and again, whatever in them is base64url of something: signed records carry their values
    /// so.
    static func layers(of bytes: [UInt8], depth: Int = 0) -> [[UInt8]] {
        guard depth < 3 else { return [bytes] }
        var found = [bytes]
        for run in bytes.split(whereSeparator: { !isBase64($0) }) where run.count >= 8 {
            if let inner = try? Base64.decodeURL(String(decoding: run, as: UTF8.self)) {
                found += layers(of: inner, depth: depth + 1)
            }
        }
        return found
    }

    /// Whether one of some byte sequences, each of two bytes or more, stands in one of some files.
    static func stand(in files: [[UInt8]], _ wanted: [[UInt8]]) -> Bool {
        // One pass a file: what begins with the two bytes at hand is compared there.
        var starts: [Int: [[UInt8]]] = [:]
        var isStart = [Bool](repeating: false, count: 1 << 16)
        for trace in wanted where trace.count >= 2 {
            let pair = Int(trace[0]) << 8 | Int(trace[1])
            starts[pair, default: []].append(trace)
            isStart[pair] = true
        }
        for file in files {
            var pair = 0
            for (place, byte) in file.enumerated() {
                pair = (pair << 8 | Int(byte)) & 0xFFFF
                guard isStart[pair], place > 0 else { continue }
                let rest = file[(place - 1)...]
                if (starts[pair] ?? []).contains(where: { rest.starts(with: $0) }) { return true }
            }
        }
        return false
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
