import CSodium

/// The one start of libsodium in a process.
enum Sodium {
    private static let started: Bool = sodium_init() >= 0

    /// Starts the library once; a process in which it cannot start must not go on.
    static func start() {
        guard started else { fatalError("libsodium did not start") }
    }
}
