import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// What the daemon keeps of the house while it runs: where rows are, and the verified directory.
struct House {
    /// Row of each users' row by folded name.
    var accounts: [String: UInt64] = [:]
    var accountCount: UInt64 = 0
    /// Row of each invitation by the tag of its code.
    var invitations: [Identifier: UInt64] = [:]
    var invitationCount: UInt64 = 0
    /// The directory, once somebody who holds its secret has opened it; gone with the last session.
    var directory: Directory?
    /// The cases that fewer than two living people can open, as they were listed last.
    var lonely: Set<Identifier> = []
    /// Row of each case in @custody, as far as somebody has asked for one.
    var custody: [Identifier: UInt64] = [:]
    var custodyCount: UInt64 = 0
    /// Code names and their cases, once they have been read from the gate.
    var codes: CodeNames?
    /// Grows with each case that is made.
    var codesEpoch = 0
    var pulse: Pulse?
    /// The gate's key over boxes that wait.
    var boxKey: Key<Role.Guard>?
}

extension Vault {
    /// The ids of the areas of the house: derived, so that a start finds them without anybody's keys.
    static func areas(of vault: Identifier) -> [HouseArea: Area] {
        HouseArea.allCases.reduce(into: [:]) { areas, area in
            let name = Context(.areaName, .id(vault), .text(area.rawValue))
            areas[area] = Area(Identifier(prefixOf: Hash.blake2b256(name.bytes)))
        }
    }

    /// The id of an area of the house.
    func area(_ area: HouseArea) -> Area {
        guard let known = areas[area] else { preconditionFailure("every area of the house has an id") }
        return known
    }

    /// Which area of the house an id is, nil for a case.
    func houseArea(_ id: Identifier) -> HouseArea? { areas.first { $0.value.id == id }?.key }

    /// The ring of a person: derived, so that others can leave mail in it.
    func ring(of person: Identifier) -> Area {
        Area(Identifier(prefixOf: Hash.blake2b256(Context(.ringName, .id(id), .id(person)).bytes)))
    }

    /// Takes in the rows of the house that were added since the last look.
    func indexHouse() throws(HavreError) {
        try house.with { house throws(HavreError) in
            // Counted through: how many there are is known only to an open gate, and people unlock a closed one.
            while let found = try nextAccount(house.accountCount) {
                if case .account(let account) = found {
                    house.accounts[account.nameKey] = house.accountCount
                }
                house.accountCount += 1
            }
            guard store.state == .serving else { return }
            let invitations = try count(.house)
            while house.invitationCount < invitations {
                if case .invitation(let invitation) = try row(house.invitationCount, in: .house).facts {
                    house.invitations[invitation.codeTag] = house.invitationCount
                }
                house.invitationCount += 1
            }
        }
    }

    /// Row of each case in @custody: of all cases whose keys the supervisors hold.
    func custodyRows() throws(HavreError) -> [Identifier: UInt64] {
        try readCustody()
        return house.with { $0.custody }
    }

    func custodyRow(of caseID: Identifier) throws(HavreError) -> UInt64? {
        if let row = house.with({ $0.custody[caseID] }) { return row }
        try readCustody()
        return house.with { $0.custody[caseID] }
    }

    /// Takes in the rows of @custody that were added since the last look. Nobody keeps a copy of the others meanwhile:
    /// taking one in would write them all again.
    private func readCustody() throws(HavreError) {
        let area = area(.custody)
        let from = house.with { $0.custodyCount }
        guard try count(area) > from else { return }
        let rows = try storing { () throws(StoreError) in try store.rows(area, from: from) }
        var found: [Identifier: UInt64] = [:]
        for (n, row) in zip(from..., rows) where !row.isEmptied {
            if case .custody(let caseID, _) = try RowFacts(row.payload) { found[caseID] = n }
        }
        house.with { house in
            for (caseID, row) in found { house.custody[caseID] = row }
            house.custodyCount = max(house.custodyCount, from + UInt64(rows.count))
        }
    }

    /// One users' row, nil behind the last one.
    private func nextAccount(_ number: UInt64) throws(HavreError) -> RowFacts? {
        do throws(HavreError) { return try row(number, in: .login).facts } catch {
            guard error == .notFound else { throw error }
            return nil
        }
    }

    /// The directory, brought up to its newest link with the secrets of somebody who holds them.
    ///
    /// - Throws: `HavreError.tampered` when a link is not believed.
    func directory(_ secrets: AreaSecrets) throws(HavreError) -> Directory {
        let area = area(.directory)
        let rows = try count(area)
        return try house.with { house throws(HavreError) in
            var known = house.directory
            var number = known?.count ?? 0
            while number < rows {
                let statement = try link(number, in: area, secret: HouseArea.directory.rawValue, secrets)
                do throws(AccessError) {
                    if known == nil {
                        known = try Directory(founding: statement)
                    } else {
                        try known?.append(statement)
                    }
                } catch { throw .tampered }
                number += 1
            }
            guard let known else { throw .tampered }
            house.directory = known
            return known
        }
    }

    /// Opens one link of a chain.
    func link(
        _ row: UInt64, in area: Area, secret: String, _ secrets: AreaSecrets
    ) throws(HavreError) -> Statement {
        guard case .link(let head, let number) = try self.row(row, in: area).facts, head.secret == secret,
            let key = secrets.key(secret, generation: head.generation)
        else { throw .tampered }
        let place = linkPlace(area, secret: secret, generation: head.generation, number: number)
        let text = try Sheet.open(try body(row, in: area), head, at: place, under: key)
        do { return try Statement(decoding: text) } catch { throw .tampered }
    }

    /// Where a link belongs.
    func linkPlace(_ area: Area, secret: String, generation: UInt64, number: UInt64) -> Sheet.Place {
        Sheet.Place(
            vault: id, area: area.id, secret: secret, generation: generation, id: area.id, number: number,
            author: Digest.zero)
    }
}

extension Draft {
    /// Appends a link to a chain: the statement goes in verbatim.
    @discardableResult
    mutating func put(
        link statement: Statement, number: UInt64, in area: Area, secret: String, _ secrets: AreaSecrets,
        vault: Vault
    ) throws(HavreError) -> UInt64 {
        guard let (generation, key) = secrets.newestKey(secret) else { throw .notGranted }
        let place = vault.linkPlace(area, secret: secret, generation: generation, number: number)
        let sealed = try Sheet.seal(statement.encoded(), at: place, under: key)
        return try put(.link(sealed.head, number: number), body: .sealed(sealed.body), in: area)
    }
}
