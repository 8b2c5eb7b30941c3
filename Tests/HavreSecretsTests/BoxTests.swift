import HavreCodec
import Testing

@testable import HavreSecrets

struct BoxTests {
    private let vault = Random.identifier()
    private let caseID = Random.identifier()
    private let signer = SigningKey()
    private let recipient = BoxKey()

    private func promise(_ key: Key<Role.CompartmentSecret>, _ compartment: String = "legal") -> Box.Promise {
        let commitment = Commitment(
            to: key.copy(), vault: vault, caseID: caseID, compartment: compartment, generation: 2)
        return Box.Promise(caseID: caseID, compartment: compartment, generation: 2, commitment: commitment)
    }

    @Test("A box gives its secrets when the link is believed and every commitment fits")
    func good() throws {
        let keys = [Scalar.random().asKey(), Scalar.random().asKey()]
        let link = try Statement.make("delivery", [:], by: signer)
        let sealed = try Box.seal(link, keys, to: recipient.publicKey)
        let box = try Box.open(sealed, with: recipient, vault: vault) { opened in
            opened.verify(by: signer.publicKey) ? [promise(keys[0]), promise(keys[1])] : nil
        }
        #expect(box.link == link && zip(box.secrets, keys).allSatisfy { $0.equals($1) })
    }

    @Test("A box with another secret, order, number, compartment, vault or recipient is refused")
    func bad() throws {
        let keys = [Scalar.random().asKey(), Scalar.random().asKey()]
        let promises = keys.map { promise($0) }
        let link = try Statement.make("delivery", [:], by: signer)
        func opens(_ keys: [Key<Role.CompartmentSecret>], _ promises: [Box.Promise]?) -> Bool {
            guard let sealed = try? Box.seal(link, keys, to: recipient.publicKey) else { return false }
            return (try? Box.open(sealed, with: recipient, vault: vault) { _ in promises }) != nil
        }
        #expect(opens(keys, promises))
        #expect(!opens(keys, nil))
        #expect(!opens(keys.reversed(), promises))
        #expect(!opens([keys[0]], promises) && !opens(keys + [keys[0]], promises))
        #expect(!opens([keys[0], Scalar.random().asKey()], promises))
        let renamed = Box.Promise(
            caseID: caseID, compartment: "health", generation: 2, commitment: promises[1].commitment)
        #expect(!opens(keys, [promises[0], renamed]))
        let older = Box.Promise(
            caseID: caseID, compartment: "legal", generation: 1, commitment: promises[1].commitment)
        #expect(!opens(keys, [promises[0], older]))
        let sealed = try Box.seal(link, keys, to: recipient.publicKey)
        #expect(throws: SecretError.notAuthentic) {
            try Box.open(sealed, with: recipient, vault: Random.identifier()) { _ in promises }
        }
        #expect(throws: SecretError.notAuthentic) {
            try Box.open(sealed, with: BoxKey(), vault: vault) { _ in promises }
        }
    }

    @Test("A secret that is no canonical scalar is refused though its commitment fits")
    func notCanonical() throws {
        let key = try Key<Role.CompartmentSecret>(SecretBytes(copying: [UInt8](repeating: 0xff, count: 32)))
        let link = try Statement.make("delivery", [:], by: signer)
        let sealed = try Box.seal(link, [key], to: recipient.publicKey)
        #expect(throws: SecretError.notAuthentic) {
            try Box.open(sealed, with: recipient, vault: vault) { _ in [promise(key)] }
        }
    }

    @Test("No byte of a box can change, and what anybody may box is no box of ours")
    func altered() throws {
        let key = Scalar.random().asKey()
        let link = try Statement.make("delivery", [:], by: signer)
        let sealed = try Box.seal(link, [key], to: recipient.publicKey)
        for index in sealed.indices {
            var bad = sealed
            bad[index] ^= 0x10
            #expect(throws: SecretError.notAuthentic) {
                try Box.open(bad, with: recipient, vault: vault) { _ in [promise(key)] }
            }
        }
        let tail = key.withBytes { $0.copied() }
        for message in [
            [], [1], [4, 0, 0, 0], [255, 255, 255, 255, 0], link.encoded(), [0, 0, 0, 0, 1] + tail,
        ] {
            #expect(throws: SecretError.notAuthentic) {
                try Box.open(recipient.publicKey.seal(message), with: recipient, vault: vault) { _ in [] }
            }
        }
    }

    @Test("Plain boxes open for their recipient only", arguments: [0, 1, 32, 1000])
    func plain(count: Int) throws {
        let message = Random.bytes(count)
        let sealed = recipient.publicKey.seal(message)
        #expect(sealed.count == count + 48)
        #expect(try recipient.open(sealed) == message)
        #expect(throws: SecretError.notAuthentic) { try BoxKey().open(sealed) }
        #expect(throws: SecretError.notAuthentic) { try recipient.open(Array(sealed.dropLast())) }
        #expect(throws: SecretError.notAuthentic) { _ = try recipient.openSecret([UInt8](sealed.prefix(47))) }
    }
}
