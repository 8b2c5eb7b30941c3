package import HavreCodec
import HavreWire

extension Request {
    /// Answers with lists that may be longer than one message: to a caller with "more" in several answers of at most
    /// 256 KiB of items, the last of them returned; to another in one answer.
    ///
    /// - Parameter others: what every one of the answers says.
    /// - Throws: `ExpectedMore` of the protocol when the lists do not fit and the caller takes only one answer. What
    ///   the act has done by then stands.
    package borrowing func lists(
        _ lists: [(field: String, items: [JSON])], _ others: [String: JSON] = [:]
    ) throws(Refusal) -> Answer {
        let most = more ? 256 << 10 : FrameReader<Int>.byteCountMax - (64 << 10)
        var answer = others
        // As a rule all of it fits, and nothing has to be written to be measured.
        if lists.reduce(0, { $1.items.reduce($0) { $0 + $1.byteCountMax + 1 } }) <= most {
            for list in lists { answer[list.field] = .array(list.items) }
            return Answer(answer)
        }
        for list in lists { answer[list.field] = [] }
        let empty = answer
        var byteCount = 0
        for list in lists {
            var part: [JSON] = []
            for item in list.items {
                let itemByteCount = item.encoded().count + 1
                if byteCount > 0, byteCount + itemByteCount > most {
                    guard more else { throw .expectedMore }
                    answer[list.field] = .array(part)
                    try sendPart(answer)
                    (answer, part, byteCount) = (empty, [], 0)
                }
                part.append(item)
                byteCount += itemByteCount
            }
            answer[list.field] = .array(part)
        }
        return Answer(answer)
    }

    /// Answers with one list.
    package borrowing func list(
        _ field: String, _ items: [JSON], _ others: [String: JSON] = [:]
    ) throws(Refusal) -> Answer { try lists([(field, items)], others) }
}
