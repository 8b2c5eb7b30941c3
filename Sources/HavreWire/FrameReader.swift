/// One message as it came: the bytes before its NUL, and the descriptors that came with its first byte.
package struct Frame<Handle: Sendable>: Sendable {
    package let bytes: [UInt8]
    package let handles: [Handle]
}

/// Cuts a stream into messages at NUL bytes (FORMATS 4). A message measures at most 1 MiB without its NUL, and
/// memory for it is taken only as its bytes arrive.
///
/// Descriptors belong to the message whose first byte they came with. The kernel ends a `recvmsg` with the bytes
/// of the `sendmsg` that carried descriptors, so they belong to the last message that begins in what was received;
/// when none begins there they are nobody's, and the conversation ends.
package struct FrameReader<Handle: Sendable>: ~Copyable {
    /// Bytes of a message at most, without its NUL.
    package static var byteCountMax: Int { 1 << 20 }
    private static var partByteCount: Int { 16 * 1024 }
    /// What every connection may hold without asking the budget.
    private static var freeByteCount: Int { 64 * 1024 }

    private let budget: (any FrameBudget)?
    private var taken = 0
    private var part = [UInt8](repeating: 0, count: partByteCount)
    private var buffer: [UInt8] = []
    /// Where the first message in `buffer` begins, and up to where no NUL was found.
    private var start = 0
    private var scanned = 0
    /// Descriptors by the place in `buffer` where their message begins.
    private var waiting: [(at: Int, handles: [Handle])] = []

    /// - Parameter budget: What all readers share beyond 64 KiB each; nil for no limit.
    package init(budget: (any FrameBudget)? = nil) { self.budget = budget }

    deinit { budget?.giveBack(taken) }

    /// Whether a message has begun and not ended.
    package var isMidFrame: Bool { start < buffer.count }

    /// The next message; waits for it.
    /// - Returns: nil when the other end has gone and nothing was begun.
    package mutating func next<C: Channel & ~Copyable>(
        from channel: borrowing C
    ) throws(WireError) -> Frame<Handle>? where C.Handle == Handle {
        while true {
            if let frame = takeFrame() { return frame }
            let room = Self.byteCountMax + 1 - (buffer.count - start)
            guard room > 0 else { throw .tooLarge }
            let count = try receive(from: channel, byteCountMax: min(room, Self.partByteCount))
            guard count > 0 else {
                if isMidFrame { throw .truncated }
                return nil
            }
        }
    }

    private mutating func receive<C: Channel & ~Copyable>(
        from channel: borrowing C, byteCountMax: Int
    ) throws(WireError) -> Int where C.Handle == Handle {
        let midFrame = isMidFrame
        // A shorter part only near the limit, where it is worth another array.
        if byteCountMax < part.count { part = [UInt8](repeating: 0, count: byteCountMax) }
        var whole = part.mutableSpan
        var span = unsafe whole.mutableBytes
        let (count, handles) = try channel.receive(into: &span, midFrame: midFrame)
        if !handles.isEmpty {
            guard let at = lastBeginning(in: count, midFrame: midFrame) else { throw .strayDescriptors }
            waiting.append((at: buffer.count + at, handles: handles))
        }
        try makeRoom(for: count)
        buffer.append(contentsOf: part[..<count])
        for index in 0..<count { part[index] = 0 }
        return count
    }

    /// Where the last message that begins in the first `count` bytes of `part` begins.
    private func lastBeginning(in count: Int, midFrame: Bool) -> Int? {
        guard count > 0 else { return nil }
        if let end = part[..<(count - 1)].lastIndex(of: 0) { return end + 1 }
        return midFrame ? nil : 0
    }

    private mutating func makeRoom(for count: Int) throws(WireError) {
        if start > 0 {
            // What was handed out is wiped here; these bytes held a message.
            for index in 0..<start { buffer[index] = 0 }
            buffer.removeSubrange(0..<start)
            for index in waiting.indices { waiting[index].at -= start }
            scanned -= start
            start = 0
        }
        let wanted = buffer.count + count
        guard wanted > buffer.capacity else { return }
        let capacity = min(Self.byteCountMax + 1, max(wanted, buffer.capacity * 2))
        let more = max(0, capacity - Self.freeByteCount) - taken
        if more > 0 {
            guard budget?.take(more) ?? true else { throw .noRoom }
            taken += more
        }
        buffer.reserveCapacity(capacity)
    }

    private mutating func takeFrame() -> Frame<Handle>? {
        guard let end = buffer[scanned...].firstIndex(of: 0) else {
            scanned = buffer.count
            return nil
        }
        let bytes = Array(buffer[start..<end])
        var handles: [Handle] = []
        if let first = waiting.first, first.at == start {
            handles = first.handles
            waiting.removeFirst()
        }
        for index in start..<end { buffer[index] = 0 }
        start = end + 1
        scanned = start
        if start == buffer.count { release() }
        return Frame(bytes: bytes, handles: handles)
    }

    /// Gives memory back once nothing is waiting.
    private mutating func release() {
        if taken > 0 {
            buffer = []
            budget?.giveBack(taken)
            taken = 0
        } else {
            buffer.removeAll(keepingCapacity: true)
        }
        if part.count < Self.partByteCount { part = [UInt8](repeating: 0, count: Self.partByteCount) }
        start = 0
        scanned = 0
    }
}
