import HavreSystem

/// A few reading connections that threads borrow.
final class ReaderPool: Sendable {
    // Sendable by hand: a connection is in this list or in the hands of one thread, never both.
    private struct Idle: @unchecked Sendable {
        var readers: [VaultReader]
        /// How often the file was doubted.
        var doubts = 0
    }

    private let idle: Guarded<Idle>

    init(_ readers: [VaultReader]) {
        idle = Guarded(Idle(readers: readers))
    }

    /// Lends a connection; waits while all are lent.
    func with<Value>(_ body: (VaultReader) throws(StoreError) -> Value) throws(StoreError) -> Value {
        let (reader, doubts) = idle.when(
            { !$0.readers.isEmpty }, { ($0.readers.removeLast(), $0.doubts) })
        if reader.doubts != doubts {
            reader.connection.forgetPages()
            reader.doubts = doubts
        }
        defer {
            idle.with { $0.readers.append(reader) }
            idle.broadcast()
        }
        return try body(reader)
    }

    /// The file may have been changed behind SQLite's back: whoever reads from here on reads it anew.
    func doubt() { idle.with { $0.doubts += 1 } }
}
