import HavreCodec
import Testing

@testable import HavreSecrets

struct SecretMemoryTests {
    @Test("Writing past the end of a small secret ends the process")
    func pastSmall() async {
        await #expect(processExitsWith: .failure) {
            var secret = SecretBytes(zeroed: 32)
            secret.withMutableBytes { $0.storeBytes(of: 1, toByteOffset: 32, as: UInt8.self) }
        }
    }

    @Test("Reading past the end of a small secret ends the process")
    func readPastSmall() async {
        await #expect(processExitsWith: .failure) {
            let secret = SecretBytes(zeroed: 32)
            secret.withBytes {
                print($0.extracting(droppingFirst: 33).byteCount, $0.extracting(30..<33).byteCount)
            }
        }
    }

    @Test("Writing past the end of a large secret, even by its address, ends the process")
    func pastLarge() async {
        await #expect(processExitsWith: .failure) {
            var secret = SecretBytes(zeroed: 4096)
            secret.withMutablePointer { $0[4096] = 1 }
        }
    }

    @Test("Writing past the last slot of the pool by its address ends the process")
    func pastPool() async {
        await #expect(processExitsWith: .failure) {
            var secret = SecretBytes(zeroed: 64)
            secret.withMutablePointer { pointer in
                for index in 0...(64 * SecretPool.slotsPerRegion) { pointer[index] = 1 }
            }
        }
    }

    @Test("After all secrets are wiped an older one cannot be used: the process ends", arguments: [32, 4096])
    func usedAfterWipe(count: Int) async {
        await #expect(processExitsWith: .failure) { [count] in
            let secret = SecretBytes(random: count)
            SecretPool.wipeAll()
            _ = secret.isZero
        }
    }

    @Test("A wipe while a secret is lent ends the process, so nothing made from half a key gets out")
    func wipedWhileLent() async {
        await #expect(processExitsWith: .failure) {
            let secret = SecretBytes(random: 32)
            _ = secret.withBytes { span in
                SecretPool.wipeAll()
                return span.byteCount
            }
        }
    }

    @Test("Wiping overwrites every secret, and new ones work")
    func wipe() async {
        await #expect(processExitsWith: .success) {
            let small = SecretBytes(random: 64)
            let large = SecretBytes(random: 5000)
            let addresses = small.withPointer { small in
                large.withPointer { (UInt(bitPattern: small), UInt(bitPattern: $0)) }
            }
            SecretPool.wipeAll()
            for (address, count) in [(addresses.0, 64), (addresses.1, 5000)] {
                guard let pointer = UnsafePointer<UInt8>(bitPattern: address) else { fatalError() }
                precondition((0..<count).allSatisfy { pointer[$0] == 0 })
            }
            precondition(!SecretBytes(random: 64).isZero)
            _ = consume small
            _ = consume large
        }
    }

    @Test("A slot is wiped and given back when its secret goes, and used again; 5,000 secrets need 5 regions")
    func slots() async {
        await #expect(processExitsWith: .success) {
            let address = { () -> UInt in
                let secret = SecretBytes(random: 32)
                return secret.withPointer { UInt(bitPattern: $0) }
            }()
            guard let pointer = UnsafePointer<UInt8>(bitPattern: address) else { fatalError() }
            precondition((0..<64).allSatisfy { pointer[$0] == 0 })
            precondition(SecretPool.slotCounts.used == 0)
            var keys = (0..<5000).map { _ in Key<Role.Record>() }
            precondition(SecretPool.slotCounts == (5000, 5 * SecretPool.slotsPerRegion))
            precondition(Set(keys.map { $0.secret.withPointer { UInt(bitPattern: $0) } }).count == 5000)
            keys = []
            precondition(SecretPool.slotCounts.used == 0)
        }
    }

    @Test(
        "A pack of secrets is wiped and given back like a key, and a wipe of everything reaches it",
        arguments: [65, 2048])
    func packs(count: Int) async {
        await #expect(processExitsWith: .success) { [count] in
            func address(_ secret: borrowing SecretBytes) -> UInt {
                secret.withPointer { UInt(bitPattern: $0) }
            }
            func isZero(_ address: UInt) -> Bool {
                guard let pointer = UnsafePointer<UInt8>(bitPattern: address) else { fatalError() }
                return (0..<count).allSatisfy { pointer[$0] == 0 }
            }
            let first = { () -> UInt in address(SecretBytes(random: count)) }()
            precondition(isZero(first))
            let again = SecretBytes(random: count)
            precondition(address(again) == first && !isZero(first))
            // More than one region of them.
            let others = (0..<100).map { _ in Held(SecretBytes(random: count)) }
            precondition(Set(others.map { address($0.secret) } + [first]).count == 101)
            SecretPool.wipeAll()
            precondition(isZero(first) && others.allSatisfy { isZero($0.address) })
            precondition(SecretPool.slotCounts.used == 0)
            _ = consume again
        }
    }

    private final class Held {
        let secret: SecretBytes
        let address: UInt
        init(_ secret: consuming SecretBytes) {
            address = secret.withPointer { UInt(bitPattern: $0) }
            self.secret = secret
        }
    }

    @Test("A secret is a copy of nothing: clones, slices and comparisons")
    func values() {
        let bytes = Random.bytes(100)
        let secret = SecretBytes(copying: bytes)
        let isSame = SecretBytes.equal(secret, secret.clone())
        let isSameCut = SecretBytes.equal(secret, secret.prefix(99))
        let piece = secret.slice(10..<42).withBytes { $0.copied() }
        var other = secret.clone()
        other.withMutableBytes { $0.storeBytes(of: ~bytes[7], toByteOffset: 7, as: UInt8.self) }
        let isSameChanged = SecretBytes.equal(secret, other)
        #expect(isSame && !isSameCut && !isSameChanged)
        #expect(piece == [UInt8](bytes[10..<42]))
        let empty = SecretBytes(zeroed: 0)
        let isEmpty = empty.count == 0 && empty.isZero
        #expect(isEmpty)
    }

    @Test("A key has 32 bytes")
    func keys() {
        for count in [0, 31, 33, 64] {
            #expect(throws: SecretError.wrongLength) { try Key<Role.Gate>(SecretBytes(zeroed: count)) }
        }
        #expect(throws: SecretError.wrongLength) {
            _ = try SecretBytes(zeroed: 15).derive(Context(.code, .text("box")), as: Role.Seed.self)
        }
    }
}
