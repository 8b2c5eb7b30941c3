import HavreSystem

/// Reads of a whole file that are under way. They keep the write-ahead log from being emptied, so that who has to empty
/// it stops them; they are taken up again afterwards.
final class LongReads: Sendable {
    // Sendable by hand: all that another thread does to a connection is to interrupt it, which SQLite allows.
    private struct Read: @unchecked Sendable {
        let connection: Connection
    }

    private let reads = Guarded<[Read]>([])

    func begin(_ connection: Connection) {
        reads.with { $0.append(Read(connection: connection)) }
    }

    func end(_ connection: Connection) {
        reads.with { $0.removeAll { $0.connection === connection } }
    }

    /// Stops every read.
    func interrupt() {
        reads.with { for read in $0 { read.connection.interrupt() } }
    }
}
