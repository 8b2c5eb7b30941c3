/// Bytes in both directions with descriptors beside them: what a message needs from the room that owns sockets.
package protocol Channel: ~Copyable {
    /// A descriptor that came or goes beside a message.
    associatedtype Handle: Sendable

    /// Receives what is there, at most `span.byteCount` bytes; waits for the first.
    /// - Parameter midFrame: Whether a message has begun already; one that never ends may be waited for only so
    ///   long.
    /// - Returns: Count of bytes (0 = the other end has gone) and the descriptors that came with them.
    borrowing func receive(
        into span: inout MutableRawSpan, midFrame: Bool
    ) throws(WireError) -> (count: Int, handles: [Handle])

    /// Sends every byte; the descriptors go with the first.
    borrowing func send(_ bytes: [UInt8], _ handles: [Handle]) throws(WireError)
}

/// How much memory all messages that have begun and not ended may take together.
package protocol FrameBudget: Sendable {
    /// Takes `byteCount` bytes; false when there is not so much left.
    func take(_ byteCount: Int) -> Bool
    /// Gives back what was taken.
    func giveBack(_ byteCount: Int)
}
