import HavreCodec
import HavreSecrets

/// What leads the founder from her passphrase to the backup key when the whole machine is lost, while the recovery key
/// has not been dealt: beside the gate's half of each backup, in clear, lie the costs and the salt of her passphrase,
/// the two slots of her users' row as they were, and the recovery seed sealed under her root.
///
/// Without it there is a circle: the seed lies in the gate, the gate's backup under a key from the seed. With it
/// whoever holds the gate's half can try passphrases against it, each at the price of one Argon2id; it names nobody.
///
/// Layout: u8 version 1, person 16, u64 passes, u64 bytes of memory, u8 whether a key file takes part, then prefixed:
/// salt, slot 0, slot 1, sealed seed.
struct FounderBearer {
    let founder: Account
    let sealedSeed: [UInt8]

    private static let version: UInt8 = 1

    /// - Parameter founder: her users' row; name and shadow are left out.
    init(founder: Account, sealedSeed: [UInt8]) {
        self.founder = founder
        self.sealedSeed = sealedSeed
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 1_024)
        writer.u8(Self.version)
        writer.append(founder.person.bytes)
        writer.u64(UInt64(founder.parameters.passes))
        writer.u64(UInt64(founder.parameters.memoryByteCount))
        writer.flag(founder.hasKeyFile)
        writer.prefixed(founder.salt)
        for slot in founder.slots { writer.prefixed(slot) }
        writer.prefixed(sealedSeed)
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(RestoreRefusal) {
        do throws(CodecError) {
            var reader = ByteReader(bytes, field: "bearer")
            guard try reader.u8() == Self.version else { throw .invalid(field: "bearer", rule: "version 1") }
            let person = try reader.identifier()
            let parameters = Passphrase.Parameters(
                passes: Int(clamping: try reader.u64()), memoryByteCount: Int(clamping: try reader.u64()))
            let hasKeyFile = try reader.flag()
            let salt = try reader.prefixed(max: 64)
            let slots = [try reader.prefixed(max: 256), try reader.prefixed(max: 256)]
            founder = Account(
                name: "", nameKey: "", person: person, salt: salt, parameters: parameters,
                hasKeyFile: hasKeyFile, slots: slots, shadow: [])
            sealedSeed = try reader.prefixed(max: 256)
            try reader.finish()
        } catch { throw .damaged }
    }

    /// From the founder's passphrase to the recovery seed, and to her own root.
    /// - Throws: `wrongPassphrase`; `damaged` for costs that no slot was ever made with.
    func open(
        vault: Identifier, _ passphrase: borrowing SecretBytes, _ keyFile: Key<Role.KeyFile>?
    ) throws(RestoreRefusal) -> (seed: Key<Role.Recovery>, root: Key<Role.Root>) {
        do throws(SecretError) { try founder.parameters.check() } catch { throw .damaged }
        let keks: [Key<Role.KEK>]
        do throws(HavreError) {
            let stretched = try Vault.stretch(passphrase, salt: founder.salt, founder.parameters)
            keks = Vault.keks(stretched, keyFile: keyFile, person: founder.person)
        } catch { throw .wrongPassphrase }
        // A duress phrase opens a slot, too, and not this seal: it answers like a wrong one.
        guard let opened = founder.open(vault: vault, keks: keks),
            let seed = try? Seal.openKey(
                sealedSeed, under: opened.root, Context(.recoverySeed, .id(vault), .id(founder.person)),
                as: Role.Recovery.self)
        else { throw .wrongPassphrase }
        return (seed, opened.root)
    }
}
