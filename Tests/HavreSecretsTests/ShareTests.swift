import HavreCodec
import Testing

@testable import HavreSecrets

struct ShareTests {
    private let name = DealingName(
        caseID: Random.identifier(), compartment: "location", generation: 1, dealing: Random.identifier())

    @Test("Any k of n shares open the secret, fewer or doubled ones do not")
    func threshold() throws {
        let secret = Scalar.random()
        let (dealing, shares) = try Dealing.deal(secret, threshold: 3, shareCount: 5, name: name)
        #expect(dealing.threshold == 3 && shares.map(\.x) == [1, 2, 3, 4, 5])
        for a in 0..<5 {
            for b in 0..<5 where b != a {
                #expect(throws: SecretError.self) { try dealing.combine([shares[a], shares[b]]) }
                #expect(throws: SecretError.self) { try dealing.combine([shares[a], shares[b], shares[a]]) }
                for c in 0..<5 where c != a && c != b {
                    #expect(try dealing.combine([shares[a], shares[b], shares[c]]).equals(secret))
                }
            }
        }
        #expect(try dealing.combine(shares).equals(secret))
    }

    @Test(
        "A dealing is k of n with 2 <= k <= n <= 255", arguments: [(1, 3), (0, 0), (4, 3), (2, 256), (-1, 5)])
    func bounds(threshold: Int, count: Int) {
        #expect(throws: SecretError.self) {
            try Dealing.deal(Scalar.random(), threshold: threshold, shareCount: count, name: name)
        }
    }

    @Test("A share of another case, compartment, generation, dealing or person is refused on arrival")
    func names() throws {
        let (dealing, shares) = try Dealing.deal(Scalar.random(), threshold: 2, shareCount: 3, name: name)
        for share in shares { try dealing.check(share) }
        let others = [
            DealingName(
                caseID: Random.identifier(), compartment: "location", generation: 1, dealing: name.dealing),
            DealingName(caseID: name.caseID, compartment: "risk", generation: 1, dealing: name.dealing),
            DealingName(caseID: name.caseID, compartment: "location", generation: 2, dealing: name.dealing),
            DealingName(
                caseID: name.caseID, compartment: "location", generation: 1, dealing: Random.identifier()),
        ]
        for other in others {
            let forged = Share(name: other, x: 1, value: shares[0].value)
            #expect(throws: SecretError.notAuthentic) { try dealing.check(forged) }
            #expect(throws: SecretError.notAuthentic) { try dealing.combine([forged, shares[1]]) }
        }
        for x: UInt8 in [0, 2, 4, 255] {
            let forged = Share(name: name, x: x, value: shares[0].value)
            #expect(throws: SecretError.notAuthentic) { try dealing.check(forged) }
        }
        #expect(throws: SecretError.notAuthentic) {
            try dealing.check(Share(name: name, x: 1, value: Scalar.random()))
        }
    }

    @Test("A dealer whose commitments do not fit the shares is found out by everybody")
    func dishonestDealer() throws {
        let (dealing, shares) = try Dealing.deal(Scalar.random(), threshold: 2, shareCount: 3, name: name)
        let other = try Dealing(
            name: name, commitments: [dealing.commitments[0], Point(Scalar.random())], shareCount: 3)
        for share in shares {
            #expect(throws: SecretError.notAuthentic) { try other.check(share) }
        }
        // A degree that is too high: the shares of 3-of-3 against commitments of 2.
        let (_, higher) = try Dealing.deal(Scalar.random(), threshold: 3, shareCount: 3, name: name)
        for share in higher {
            #expect(throws: SecretError.notAuthentic) { try dealing.check(share) }
        }
    }

    @Test("No bit of an encoded share can change unseen")
    func bits() throws {
        let (dealing, shares) = try Dealing.deal(Scalar.random(), threshold: 2, shareCount: 2, name: name)
        let bytes = shares[0].encoded().withBytes { $0.copied() }
        let back = try Share(decoding: SecretBytes(copying: bytes))
        try dealing.check(back)
        for index in bytes.indices {
            for bit in 0..<8 {
                var bad = bytes
                bad[index] ^= 1 << UInt8(bit)
                #expect(throws: SecretError.self) {
                    try dealing.check(Share(decoding: SecretBytes(copying: bad)))
                }
            }
        }
        for count in 0..<bytes.count {
            #expect(throws: SecretError.self) {
                try dealing.check(Share(decoding: SecretBytes(copying: [UInt8](bytes[..<count]))))
            }
        }
        #expect(throws: SecretError.self) {
            try dealing.check(Share(decoding: SecretBytes(copying: bytes + [0])))
        }
    }

    @Test("A scalar has one spelling: the group order and more, zero, and other lengths are refused")
    func scalars() {
        var bytes = Scalar.order
        for _ in 0..<3 {
            #expect(throws: SecretError.badPoint) { try Scalar(SecretBytes(copying: bytes)) }
            bytes[0] += 1
        }
        for index in 0..<32 {
            var more = Scalar.order
            guard more[index] < 255 else { continue }
            more[index] += 1
            #expect(throws: SecretError.badPoint) { try Scalar(SecretBytes(copying: more)) }
            var less = Scalar.order
            guard less[index] > 0 else { continue }
            less[index] -= 1
            #expect(throws: Never.self) { try Scalar(SecretBytes(copying: less)) }
        }
        #expect(throws: SecretError.badPoint) { try Scalar(SecretBytes(zeroed: 32)) }
        #expect(throws: SecretError.wrongLength) { try Scalar(SecretBytes(zeroed: 31)) }
    }

    @Test("Splitting gives two summands that differ each time")
    func split() {
        let secret = Scalar.random()
        let one = secret.split()
        let other = secret.split()
        #expect((one.a + one.b).equals(secret) && (other.a + other.b).equals(secret))
        #expect(!one.a.equals(other.a) && !one.a.equals(secret) && !one.b.equals(secret))
    }
}
