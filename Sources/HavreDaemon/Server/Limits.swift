/// How much of the daemon anybody may use; each number stands in PROTOCOL.md.
package struct Limits: Sendable {
    /// Connections of one user, and of all users together.
    package var connectionsPerUser = 128
    package var connections = 256
    /// Of these, places kept for users who have fewer connections than `connectionsOfFew`.
    package var connectionsKept = 64
    package var connectionsOfFew = 4
    /// Descriptors beside one message.
    package var descriptorsPerMessage = 8
    /// Bytes of all messages under way, beyond 64 KiB a connection.
    package var frameByteCount = 32 << 20
    /// From the first byte of a message to its NUL.
    package var frameMilliseconds = 15_000
    /// Silence between two messages.
    package var idleMilliseconds = 3_600_000
    /// An answer that nobody takes.
    package var sendMilliseconds = 30_000
    /// What requests under way get to end when the daemon stops.
    package var stopMilliseconds = 5_000
    /// Failed guesses at a passphrase or code that one user may make at once, and how many are forgiven a minute.
    package var guesses = 200
    package var guessesPerMinute = 60
    /// Open files this takes: connections with their descriptors, and the stores.
    package var openFiles: Int { connections * (2 + descriptorsPerMessage) + 512 }

    package init() {}
}
