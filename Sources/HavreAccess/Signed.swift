import HavreSecrets

extension Statement {
    /// Whether exactly these keys signed: nobody is missing, nobody else signed too, no signature is false.
    func isSigned(by keys: [VerifyKey]) -> Bool { signers == keys.sorted() && verifyAll() }
}
