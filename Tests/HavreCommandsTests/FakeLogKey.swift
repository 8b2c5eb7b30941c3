import HavreLedger
import HavreSecrets

/// The key of a log as its owner writes it.
enum FakeLogKey {
    static func text(_ origin: String, _ key: VerifyKey) throws -> String {
        try VerifierKey(name: origin, key: key).text
    }
}
