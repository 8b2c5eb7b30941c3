/// The public part of a dealing: k-of-n Shamir over the ristretto255 scalars with Feldman's commitments (FOCS 1987),
/// so that every share is checked when it arrives, not when it is needed.
///
/// The polynomial is f(x) = s + a1 x + ... of degree k - 1; the commitments are f's coefficients times the generator,
/// the first of them s times the generator. That hides s only because s is 252 random bits.
package struct Dealing: Sendable, Equatable {
    /// What was dealt.
    package let name: DealingName
    /// k points: the threshold is their number.
    package let commitments: [Point]
    /// n: shares have x = 1...n.
    package let shareCount: Int

    /// How many shares open the secret.
    package var threshold: Int { commitments.count }

    /// A dealing read from a statement.
    ///
    /// - Throws: `outOfRange` unless 2 <= k <= n <= 255.
    package init(name: DealingName, commitments: [Point], shareCount: Int) throws(SecretError) {
        guard commitments.count >= 2, commitments.count <= shareCount, shareCount <= 255 else {
            throw .outOfRange(rule: "a dealing is k of n with 2 <= k <= n <= 255")
        }
        self.name = name
        self.commitments = commitments
        self.shareCount = shareCount
    }

    /// Deals a secret: the public part, and n shares in the order of their x.
    ///
    /// - Throws: `outOfRange` unless 2 <= k <= n <= 255.
    package static func deal(
        _ secret: Scalar, threshold: Int, shareCount: Int, name: DealingName
    ) throws(SecretError) -> (dealing: Dealing, shares: [Share]) {
        guard threshold >= 2, threshold <= shareCount, shareCount <= 255 else {
            throw .outOfRange(rule: "a dealing is k of n with 2 <= k <= n <= 255")
        }
        return try deal(
            [secret] + (1..<threshold).map { _ in Scalar.random() }, shareCount: shareCount, name: name)
    }

    /// The same with given coefficients, the secret first: for vectors.
    static func deal(
        _ coefficients: [Scalar], shareCount: Int, name: DealingName
    ) throws(SecretError) -> (dealing: Dealing, shares: [Share]) {
        var commitments: [Point] = []
        for coefficient in coefficients { commitments.append(try Point(coefficient)) }
        let dealing = try Dealing(name: name, commitments: commitments, shareCount: shareCount)
        let shares = (1...shareCount).map { number in
            let x = UInt8(number)
            let at = Scalar(small: x)
            let value = coefficients.dropLast().reversed()
                .reduce(coefficients[coefficients.count - 1]) { $0 * at + $1 }
            return Share(name: name, x: x, value: value)
        }
        return (dealing, shares)
    }

    /// Checks a share on arrival: its name, its x, and f(x) times the generator against the commitments.
    ///
    /// - Throws: `SecretError.notAuthentic`.
    package func check(_ share: Share) throws(SecretError) {
        guard share.name == name, share.x >= 1, Int(share.x) <= shareCount else { throw .notAuthentic }
        do {
            let at = Scalar(small: share.x)
            var expected = commitments[threshold - 1]
            for commitment in commitments.dropLast().reversed() {
                expected = try expected.times(at).plus(commitment)
            }
            guard try Point(share.value) == expected else { throw SecretError.notAuthentic }
        } catch {
            throw .notAuthentic
        }
    }

    /// The secret from k or more checked shares (the first k are used).
    ///
    /// - Throws: `outOfRange` for fewer than k or two of the same x, `notAuthentic` for a share that fails its check.
    package func combine(_ shares: [Share]) throws(SecretError) -> Scalar {
        guard shares.count >= threshold, Set(shares.map(\.x)).count == shares.count else {
            throw .outOfRange(rule: "a secret takes \(threshold) shares of different people")
        }
        for share in shares { try check(share) }
        let used = shares.prefix(threshold)
        var secret: Scalar?
        for share in used {
            let term = share.value * Self.weight(of: share.x, among: used.map(\.x))
            secret = secret.map { $0 + term } ?? term
        }
        guard let secret, try Point(secret) == commitments[0] else { throw .notAuthentic }
        return secret
    }

    /// Lagrange's weight at zero: the product of xj / (xj - xi) over the others.
    private static func weight(of x: UInt8, among all: [UInt8]) -> Scalar {
        let own = Scalar(small: x)
        var above = Scalar(small: 1)
        var below = Scalar(small: 1)
        for other in all where other != x {
            let other = Scalar(small: other)
            above = above * other
            below = below * (other - own)
        }
        return above * below.inverted()
    }
}
