package import HavreCodec
import HavreWire

/// An answer with lists that may be longer than one message: to a caller with "more" in several answers of at most
/// 64 KiB of items, to another in one. What is answered so is sent while the rest is still being made.
final class ListAnswer {
    private let fields: [String]
    private let others: [String: JSON]
    private let send: ((JSON) throws(Refusal) -> Void)?
    private let byteCountMax: Int
    private var collected: [String: [JSON]] = [:]
    /// What was collected is at most so long; exactly so long once that would have been too much.
    private var byteCount = 0
    private var isMeasured = false

    /// Items in one of several answers (bytes): so much is on its way when the right to it ends.
    private static let partByteCount = 64 << 10
    /// Items in an only answer: the frame, without what else stands in it.
    private static let wholeByteCount = FrameReader<Int>.byteCountMax - (64 << 10)

    /// - Parameters:
    ///   - fields: the lists, in the order in which their items come.
    ///   - others: what every one of the answers says.
    ///   - send: nil for a caller who takes one answer.
    fileprivate init(
        _ fields: [String], _ others: [String: JSON], _ send: ((JSON) throws(Refusal) -> Void)?
    ) {
        self.fields = fields
        self.others = others
        self.send = send
        byteCountMax = send == nil ? Self.wholeByteCount : Self.partByteCount
    }

    /// Adds an item to a list.
    ///
    /// - Throws: `ExpectedMore` of the protocol when it does not fit any more and the caller takes only one answer.
    ///   What the act has done by then stands.
    func append(_ item: JSON, to field: String) throws(Refusal) {
        // As a rule all of it fits, and nothing has to be written to be measured.
        if !isMeasured, byteCount + item.byteCountMax >= byteCountMax {
            isMeasured = true
            byteCount = collected.values.joined().reduce(0) { $0 + $1.encoded().count + 1 }
        }
        let itemByteCount = isMeasured ? item.encoded().count + 1 : item.byteCountMax + 1
        if byteCount > 0, byteCount + itemByteCount > byteCountMax {
            guard let send else { throw .expectedMore }
            try send(.object(last().parameters))
            collected = [:]
            byteCount = 0
        }
        collected[field, default: []].append(item)
        byteCount += itemByteCount
    }

    /// The last answer, or the only one.
    func last() -> Answer {
        Answer(others.merging(fields.map { ($0, .array(collected[$0] ?? [])) }) { $1 })
    }
}

extension Request {
    /// An answer that grows while it is sent.
    borrowing func listAnswer(_ fields: [String], _ others: [String: JSON] = [:]) -> ListAnswer {
        ListAnswer(fields, others, more ? partSender() : nil)
    }

    /// Answers with lists that may be longer than one message.
    ///
    /// - Parameter others: what every one of the answers says.
    package borrowing func lists(
        _ lists: [(field: String, items: [JSON])], _ others: [String: JSON] = [:]
    ) throws(Refusal) -> Answer {
        let answer = listAnswer(lists.map(\.field), others)
        for list in lists {
            for item in list.items { try answer.append(item, to: list.field) }
        }
        return answer.last()
    }

    /// Answers with one list.
    package borrowing func list(
        _ field: String, _ items: [JSON], _ others: [String: JSON] = [:]
    ) throws(Refusal) -> Answer { try lists([(field, items)], others) }
}
