import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore
import HavreSystem

/// Which code names exist and which case each one means, for the whole house.
///
/// Values of the gate, sealed under the secret of the directory: who has the machine and nobody's passphrase learns no
/// name of a case. Pages of up to 64 names, numbered from 0, of which only the last one is ever written over, so that a
/// case costs the same however many there are. Houses that were founded earlier have one value per first letter before
/// them; those are read and stay as they are. Layout of both: u64 LE generation of that secret, then Seal(K, Pad(u32
/// count, and for each case its name and 16 bytes of its id)).
struct CodeNames {
    /// The case that each name means.
    private(set) var cases: [String: Identifier] = [:]
    /// The names, for what a new one must not resemble.
    private(set) var taken = CodeNameSet()
    /// Names in each page but the last one, which is not full.
    static let pageCount = 64
    /// How many names lie in pages.
    private var pagedCount = 0

    /// The page that takes the next name.
    var openPage: String { Self.page(pagedCount / Self.pageCount) }

    /// Takes in a name that was decided: it lies in the open page.
    mutating func insert(_ name: String, _ caseID: Identifier) {
        take(name, caseID)
        pagedCount += 1
    }

    private mutating func take(_ name: String, _ caseID: Identifier) {
        cases[name] = caseID
        taken.insert(name)
    }

    private static func page(_ number: Int) -> String { "codes/page/\(number)" }

    // MARK: reading

    /// All names with their cases, kept in memory while somebody is unlocked.
    static func all(in vault: Vault, _ session: Session) throws(HavreError) -> CodeNames {
        let (known, epoch) = vault.house.with { ($0.codes, $0.codesEpoch) }
        if let known { return known }
        let secrets = try vault.secrets(of: .directory, session)
        var names = CodeNames()
        for letter in "abcdefghijklmnopqrstuvwxyz" {
            for (name, caseID) in try read("codes/" + String(letter), in: vault, secrets) ?? [] {
                names.take(name, caseID)
            }
        }
        while let page = try read(names.openPage, in: vault, secrets) {
            for (name, caseID) in page { names.insert(name, caseID) }
            // A page that is not full is the last one.
            guard page.count == pageCount else { break }
        }
        let found = names
        // A case that was made while the gate was read may be missing here: then it is read again.
        vault.house.with { if $0.codesEpoch == epoch { $0.codes = found } }
        return found
    }

    static func find(
        _ code: String, in vault: Vault, _ session: Session
    ) throws(HavreError) -> Identifier? {
        try all(in: vault, session).cases[Fold.fold(code)]
    }

    /// The open page as the gate has to hold it with one more name. One case at a time is made.
    static func adding(
        _ code: String, _ caseID: Identifier, in vault: Vault, _ session: Session
    ) throws(HavreError) -> (key: String, value: [UInt8]) {
        let all = try all(in: vault, session)
        guard all.cases[code] == nil else { throw .busy }
        let key = all.openPage
        let secrets = try vault.secrets(of: .directory, session)
        let known = try read(key, in: vault, secrets) ?? []
        // Otherwise memory is behind the gate, or ahead of it, and a page would lose a name.
        guard known.count == all.pagedCount % pageCount else {
            vault.house.with { $0.codes = nil }
            throw .busy
        }
        var list = ByteWriter()
        list.u32(UInt32(known.count + 1))
        for (name, caseID) in known + [(code, caseID)] {
            list.prefixed(name)
            list.append(caseID.bytes)
        }
        guard let (generation, seal) = secrets.newestKey(HouseArea.directory.rawValue) else {
            throw .notGranted
        }
        var writer = ByteWriter()
        writer.u64(generation)
        writer.append(Seal.seal(try padded(list.bytes), under: seal, context(key, vault)))
        return (key, writer.bytes)
    }

    private static func context(_ key: String, _ vault: Vault) -> Context {
        Context(.label, .id(vault.id), .id(vault.area(.directory).id), .text(key))
    }

    /// - Returns: nil where the gate holds nothing.
    private static func read(
        _ key: String, in vault: Vault, _ secrets: AreaSecrets
    ) throws(HavreError) -> [(String, Identifier)]? {
        guard let sealed = try vault.fact(key) else { return nil }
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
