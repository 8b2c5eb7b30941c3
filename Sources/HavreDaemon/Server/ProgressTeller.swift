import Havre
import HavreCodec
import HavreWire

/// Says how far long work has come: one answer each mebibyte that was done, to a caller who takes several. Work that
/// nobody waits for any more ends there: she has cut it short, and does not want it done.
final class ProgressTeller {
    /// Bytes between two answers.
    private static let stride: UInt64 = 1 << 20

    private let send: ((JSON) throws(WireError) -> Void)?
    private let hasGone: () -> Bool
    private var next: UInt64 = 0

    /// - Parameters:
    ///   - send: nil for a caller who takes one answer.
    ///   - hasGone: whether the caller has closed the conversation.
    init(_ send: ((JSON) throws(WireError) -> Void)?, hasGone: @escaping () -> Bool) {
        self.send = send
        self.hasGone = hasGone
    }

    /// Says it when it is time; the end of the work is told by the last answer.
    /// - Throws: `HavreError.busy` when the caller has gone, which is looked at each time: nobody reads it.
    func tell(_ done: UInt64, _ total: UInt64) throws(HavreError) {
        guard done < total else { return }
        guard !hasGone() else { throw .busy }
        guard done >= next else { return }
        next = done + Self.stride
        do throws(WireError) {
            try send?(.object(["progress": ["done": .int(Int64(done)), "total": .int(Int64(total))]]))
        } catch {
            throw .busy
        }
    }
}
