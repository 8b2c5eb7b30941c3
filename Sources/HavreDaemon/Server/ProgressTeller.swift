import HavreCodec
import HavreWire

/// Says how far long work has come: one answer each mebibyte that was done, to a caller who takes several.
final class ProgressTeller {
    /// Bytes between two answers.
    private static let stride: UInt64 = 1 << 20

    private var send: ((JSON) throws(WireError) -> Void)?
    private var next: UInt64 = 0

    init(_ send: ((JSON) throws(WireError) -> Void)?) { self.send = send }

    /// Says it when it is time; the end of the work is told by the last answer. A caller who has gone is told nothing
    /// more.
    func tell(_ done: UInt64, _ total: UInt64) {
        guard let send, done >= next, done < total else { return }
        next = done + Self.stride
        do throws(WireError) {
            try send(.object(["progress": ["done": .int(Int64(done)), "total": .int(Int64(total))]]))
        } catch {
            self.send = nil
        }
    }
}
