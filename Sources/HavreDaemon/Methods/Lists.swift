package import HavreCodec
import HavreWire

extension Request {
    /// Answers with a list that may be longer than one message: to a caller with "more" in several answers of at
    /// most 256 KiB of items, the last of them returned; to another in one answer.
    /// - Throws: `ExpectedMore` of the protocol when the list does not fit and the caller takes only one answer.
    package borrowing func list(
        _ field: String, _ items: [JSON], _ others: [String: JSON] = [:]
    ) throws(Refusal) -> Answer {
        let most = more ? 256 << 10 : FrameReader<Int>.byteCountMax - (64 << 10)
        // As a rule all of it fits, and nothing has to be written to be measured.
        if items.reduce(0, { $0 + $1.byteCountMax + 1 }) <= most {
            return Answer(others.merging([field: .array(items)]) { $1 })
        }
        var part: [JSON] = []
        var partByteCount = 0
        for item in items {
            let byteCount = item.encoded().count + 1
            if partByteCount + byteCount > most, !part.isEmpty {
                guard more else { throw .expectedMore }
                try sendPart(others.merging([field: .array(part)]) { $1 })
                part = []
                partByteCount = 0
            }
            part.append(item)
            partByteCount += byteCount
        }
        return Answer(others.merging([field: .array(part)]) { $1 })
    }
}
