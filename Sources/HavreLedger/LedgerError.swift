/// Why a ledger operation was refused; numbers and rules only, never contents.
package enum LedgerError: Error, Equatable, Sendable {
    /// A size, index or width outside what the operation allows.
    case outOfRange(rule: String)
    /// A tile is missing, or narrower than the tree's size demands. Readers of tiles throw it too.
    case tile(level: Int, number: Int)
    /// A text (note, checkpoint, key, proof) is not written the one way its format allows.
    case malformed(field: String, rule: String)
    /// A signature, proof or root does not hold; on purpose without detail.
    case notAuthentic
}
