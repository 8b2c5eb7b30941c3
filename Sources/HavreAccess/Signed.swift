package import HavreSecrets

extension Statement {
    /// Whether every one of these keys signed the statement, and no signature of anybody's is false.
    package func isSigned(by keys: [VerifyKey]) -> Bool {
        !keys.isEmpty && keys.allSatisfy { signers.contains($0) } && verifyAll()
    }
}
