import HavreSystem

/// A few reading connections that threads borrow.
final class ReaderPool: Sendable {
    // Sendable by hand: a connection is in this list or in the hands of one thread, never both.
    private struct Idle: @unchecked Sendable {
        var readers: [VaultReader]
    }

    private let idle: Guarded<Idle>

    init(_ readers: [VaultReader]) {
        idle = Guarded(Idle(readers: readers))
    }

    /// Lends a connection; waits while all are lent.
    func with<Value>(_ body: (VaultReader) throws(StoreError) -> Value) throws(StoreError) -> Value {
        let reader = idle.when({ !$0.readers.isEmpty }, { $0.readers.removeLast() })
        defer {
            idle.with { $0.readers.append(reader) }
            idle.broadcast()
        }
        return try body(reader)
    }
}
