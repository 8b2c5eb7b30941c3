import CSystem

/// SIGTERM, SIGINT and SIGHUP as something to read, for the thread that waits for connections.
package struct Signals: ~Copyable {
    package let descriptor: Descriptor

    /// Blocks the three signals in this thread and every thread it starts; call it before starting any.
    package init() throws(SystemError) {
        descriptor = Descriptor(owning: try check("signalfd", csys_signal_descriptor()))
    }

    /// The number of the next signal; waits for one.
    package borrowing func next() throws(SystemError) -> Int32 {
        let number = descriptor.raw
        return Int32(try retrying("read") { Int(csys_read_signal(number)) })
    }

    /// Waits until one of up to 16 descriptors can be read.
    /// - Returns: For each, whether it can; all false when `milliseconds` went by (negative waits for ever).
    package static func wait(
        for numbers: [Int32], milliseconds: Int = -1
    ) throws(SystemError) -> [Bool] {
        var ready = [UInt8](repeating: 0, count: numbers.count)
        _ = try retrying("poll") {
            unsafe ready.withUnsafeMutableBufferPointer { room in
                unsafe numbers.withUnsafeBufferPointer { list in
                    Int(
                        unsafe csys_poll_many(
                            list.baseAddress!, room.baseAddress!, list.count, Int32(clamping: milliseconds)))
                }
            }
        }
        return ready.map { $0 != 0 }
    }
}
