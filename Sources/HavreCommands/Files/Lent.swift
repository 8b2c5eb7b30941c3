import HavreSystem

/// A descriptor that belongs to the process as a whole: standard input and output, and what was inherited.
enum Lent {
    /// Uses the descriptor of that number and leaves it open.
    static func use<R>(
        _ number: Int32, _ body: (borrowing Descriptor) throws(SystemError) -> R
    ) throws(SystemError) -> R {
        let descriptor = Descriptor(owning: number)
        let result: Result<R, SystemError>
        do throws(SystemError) { result = .success(try body(descriptor)) } catch { result = .failure(error) }
        // Given back, not closed.
        _ = descriptor.release()
        return try result.get()
    }
}
