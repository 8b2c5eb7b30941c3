import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// Which code names exist and which case each one means, for the whole house.
///
/// One value of the gate per first letter, sealed under the secret of the directory: who has the machine and nobody's
/// passphrase learns no name of a case. Layout: u64 LE generation of that secret, then Seal(K, Pad(u32 count, and for
/// each case its name and 16 bytes of its id)).
enum CodeNames {
    static func factKey(_ code: String) -> String {
        "codes/" + (code.unicodeScalars.first.map { String($0) } ?? "")
    }

    /// All names with their cases, kept in memory while somebody is unlocked.
    static func all(in vault: Vault, _ session: Session) throws(HavreError) -> [String: Identifier] {
        let (known, epoch) = vault.house.with { ($0.codes, $0.codesEpoch) }
        if let known { return known }
        let secrets = try vault.secrets(of: .directory, session)
        var names: [String: Identifier] = [:]
        for letter in "abcdefghijklmnopqrstuvwxyz" {
            for (name, caseID) in try read("codes/" + String(letter), in: vault, secrets) {
                names[name] = caseID
            }
        }
        let found = names
        // A case that was made while the gate was read may be missing here: then it is read again.
        vault.house.with { if $0.codesEpoch == epoch { $0.codes = found } }
        return found
    }

    static func find(
        _ code: String, in vault: Vault, _ session: Session
    ) throws(HavreError) -> Identifier? {
        try all(in: vault, session)[Fold.fold(code)]
    }

    /// The value of the gate with one more name.
    static func adding(
        _ code: String, _ caseID: Identifier, in vault: Vault, _ session: Session
    ) throws(HavreError) -> [UInt8] {
        let key = factKey(code)
        let secrets = try vault.secrets(of: .directory, session)
        // From the gate itself, which knows every case that was decided; one at a time is made.
        let known = try read(key, in: vault, secrets)
        guard !known.contains(where: { $0.0 == code }) else { throw .busy }
        let names = known + [(code, caseID)]
        var list = ByteWriter()
        list.u32(UInt32(names.count))
        for (name, caseID) in names.sorted(by: { $0.0 < $1.0 }) {
            list.prefixed(name)
            list.append(caseID.bytes)
        }
        guard let (generation, seal) = secrets.newestKey(HouseArea.directory.rawValue) else {
            throw .notGranted
        }
        var writer = ByteWriter()
        writer.u64(generation)
        writer.append(Seal.seal(try padded(list.bytes), under: seal, context(key, vault)))
        return writer.bytes
    }

    private static func context(_ key: String, _ vault: Vault) -> Context {
        Context(.label, .id(vault.id), .id(vault.area(.directory).id), .text(key))
    }

    private static func read(
        _ key: String, in vault: Vault, _ secrets: AreaSecrets
    ) throws(HavreError) -> [(String, Identifier)] {
        guard let sealed = try vault.fact(key) else { return [] }
        do {
            var outer = ByteReader(sealed)
            let generation = try outer.u64()
            guard let seal = secrets.key(HouseArea.directory.rawValue, generation: generation) else {
                throw HavreError.tampered
            }
            var reader = ByteReader(
                try Pad.unpad(try Seal.open(outer.rest(), under: seal, context(key, vault))))
            var names: [(String, Identifier)] = []
            for _ in 0..<(try reader.u32()) {
                names.append((try reader.prefixedText(max: 64), try reader.identifier()))
            }
            try reader.finish()
            return names
        } catch { throw .tampered }
    }
}
