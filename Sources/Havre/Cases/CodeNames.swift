import HavreCodec
import HavreStore
import HavreSystem

/// Which code names exist and which case each one means: kept in the gate only.
///
/// One value of the gate per first letter: u32 count, then for each case its name and 16 bytes of its id.
enum CodeNames {
    static func factKey(_ code: String) -> String {
        "codes/" + (code.unicodeScalars.first.map { String($0) } ?? "")
    }

    /// All names with their cases.
    static func all(in vault: Vault) throws(HavreError) -> [String: Identifier] {
        let (known, epoch) = vault.house.with { ($0.codes, $0.codesEpoch) }
        if let known { return known }
        var names: [String: Identifier] = [:]
        for letter in "abcdefghijklmnopqrstuvwxyz" {
            guard let bytes = try vault.fact("codes/" + String(letter)) else { continue }
            for (name, caseID) in try decode(bytes) { names[name] = caseID }
        }
        let found = names
        // A case that was made while the gate was read may be missing here: then it is read again.
        vault.house.with { if $0.codesEpoch == epoch { $0.codes = found } }
        return found
    }

    static func find(_ code: String, in vault: Vault) throws(HavreError) -> Identifier? {
        try all(in: vault)[Fold.fold(code)]
    }

    /// The value of the gate with one more name.
    static func adding(
        _ code: String, _ caseID: Identifier, in vault: Vault
    ) throws(HavreError) -> [UInt8] {
        // From the gate itself, which knows every case that was answered; one at a time is made.
        let known = try vault.fact(factKey(code)).map(decode) ?? []
        guard !known.contains(where: { $0.0 == code }) else { throw .busy }
        let names = known + [(code, caseID)]
        var writer = ByteWriter()
        writer.u32(UInt32(names.count))
        for (name, caseID) in names.sorted(by: { $0.0 < $1.0 }) {
            writer.prefixed(name)
            writer.append(caseID.bytes)
        }
        return writer.bytes
    }

    private static func decode(_ bytes: [UInt8]) throws(HavreError) -> [(String, Identifier)] {
        do throws(CodecError) {
            var reader = ByteReader(bytes)
            var names: [(String, Identifier)] = []
            for _ in 0..<(try reader.u32()) {
                names.append((try reader.prefixedText(max: 64), try reader.identifier()))
            }
            try reader.finish()
            return names
        } catch { throw .tampered }
    }
}
