import CSodium

/// Secret bytes: locked memory, owned by one place, wiped by `deinit`, lent but never copied by accident,
/// compared in constant time. Move-only types cannot be printed or interpolated.
///
/// Up to 2,048 bytes lie in a slot of `SecretPool`; more have guard pages of their own. Sendable by hand: the memory has
/// one owner, and the compiler's exclusivity rules guard it as any value.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    private let epoch: UInt64
    /// How many bytes.
    public let count: Int

    /// The most bytes of one secret (1 MiB: a limit against mistakes, not a format).
    public static let countMax = 1 << 20

    /// `count` zero bytes (0...1 MiB), to be filled.
    public init(zeroed count: Int) {
        precondition((0...Self.countMax).contains(count), "a secret has 0 to 1048576 bytes")
        let piece = unsafe SecretPool.take(byteCount: count)
        unsafe self.base = piece.base
        self.epoch = unsafe piece.epoch
        self.count = count
    }

    /// `count` bytes from the kernel's generator.
    public init(random count: Int) {
        var fresh = SecretBytes(zeroed: count)
        unsafe fresh.withMutablePointer { pointer in unsafe randombytes_buf(pointer, count) }
        self = fresh
    }

    /// A copy of bytes that were in ordinary memory: for tests and for what is not secret any more.
    public init(copying bytes: [UInt8]) {
        var fresh = SecretBytes(zeroed: bytes.count)
        unsafe fresh.withMutablePointer { pointer in unsafe pointer.update(from: bytes, count: bytes.count) }
        self = fresh
    }

    deinit {
        unsafe SecretPool.giveBack(base, byteCount: count)
    }

    /// A second copy, in guarded memory, with an owner of its own.
    public func clone() -> SecretBytes {
        prefix(count)
    }

    /// A copy of the first `length` bytes, in guarded memory.
    public func prefix(_ length: Int) -> SecretBytes {
        slice(0..<length)
    }

    /// A copy of a range of the bytes, in guarded memory; the range must lie inside.
    public func slice(_ range: Range<Int>) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the secret")
        var copy = SecretBytes(zeroed: range.count)
        unsafe withPointer { source in
            unsafe copy.withMutablePointer { target in
                unsafe target.update(from: source + range.lowerBound, count: range.count)
            }
        }
        return copy
    }

    /// Lends the bytes for reading.
    public borrowing func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try unsafe withPointer { pointer throws(E) in
            try unsafe body(UnsafeRawBufferPointer(start: pointer, count: count).bytes)
        }
    }

    /// Lends the bytes for writing; the span is bounds-checked.
    public mutating func withMutableBytes<R, E: Error>(
        _ body: (inout MutableRawSpan) throws(E) -> R
    ) throws(E) -> R {
        let count = count
        return try unsafe withMutablePointer { pointer throws(E) in
            var span = unsafe UnsafeMutableRawBufferPointer(start: pointer, count: count).mutableBytes
            return try body(&span)
        }
    }

    /// Whether two secrets are the same, in time that depends on their lengths only.
    public static func equal(_ a: borrowing SecretBytes, _ b: borrowing SecretBytes) -> Bool {
        guard a.count == b.count else { return false }
        let count = a.count
        return unsafe a.withPointer { left in
            unsafe b.withPointer { right in unsafe sodium_memcmp(left, right, count) == 0 }
        }
    }

    /// Whether every byte is zero, in constant time.
    public var isZero: Bool {
        unsafe withPointer { pointer in unsafe sodium_is_zero(pointer, count) == 1 }
    }

    /// Lends the address for one call of libsodium.
    borrowing func withPointer<R: ~Copyable, E: Error>(_ body: (UnsafePointer<UInt8>) throws(E) -> R)
        throws(E) -> R
    {
        requireAlive()
        // After the call as well: what was computed while `wipeAll` ran must not leave this function.
        defer { requireAlive() }
        return try unsafe body(UnsafePointer(base.assumingMemoryBound(to: UInt8.self)))
    }

    /// Lends the address for one call of libsodium that writes.
    mutating func withMutablePointer<R, E: Error>(
        _ body: (UnsafeMutablePointer<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        requireAlive()
        defer { requireAlive() }
        return try unsafe body(base.assumingMemoryBound(to: UInt8.self))
    }

    private func requireAlive() {
        guard epoch == SecretPool.epoch else { fatalError("a secret was used after all secrets were wiped") }
    }
}
