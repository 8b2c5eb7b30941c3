import HavreCodec
import Testing

@testable import HavreWire

/// A channel that hands out prepared pieces, each with its descriptors (numbers here), and remembers what is sent.
final class ScriptedChannel: Channel {
    struct Piece {
        var bytes: [UInt8]
        var handles: [Int] = []
    }

    var pieces: [Piece]
    var sent: [(bytes: [UInt8], handles: [Int])] = []
    /// The largest amount ever asked for at once.
    var largestAsk = 0

    init(_ pieces: [Piece]) { self.pieces = pieces }

    func receive(
        into span: inout MutableRawSpan, midFrame: Bool
    ) throws(WireError) -> (count: Int, handles: [Int]) {
        largestAsk = max(largestAsk, span.byteCount)
        guard !pieces.isEmpty else { return (0, []) }
        let count = min(pieces[0].bytes.count, span.byteCount)
        for index in 0..<count {
            span.storeBytes(of: pieces[0].bytes[index], toByteOffset: index, as: UInt8.self)
        }
        // As the kernel does: the descriptors come with the first byte, the rest of the bytes later.
        let handles = pieces[0].handles
        pieces[0].handles = []
        pieces[0].bytes.removeFirst(count)
        if pieces[0].bytes.isEmpty { pieces.removeFirst() }
        return (count, handles)
    }

    func send(_ bytes: [UInt8], _ handles: [Int]) throws(WireError) { sent.append((bytes, handles)) }
}

/// A budget that can be looked at.
final class CountedBudget: FrameBudget, @unchecked Sendable {
    var left: Int
    init(_ left: Int) { self.left = left }
    func take(_ byteCount: Int) -> Bool {
        guard byteCount <= left else { return false }
        left -= byteCount
        return true
    }
    func giveBack(_ byteCount: Int) { left += byteCount }
}

func text(_ string: String) -> [UInt8] { Array(string.utf8) }
