import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// A case that nobody opens any more: its key was made, or renewed, after the gate's half of a backup.
public struct LostCase: Sendable, Equatable {
    /// The case's id.
    public let id: Identifier
    /// The entry of the log that made or renewed its key: the audit log says who and when.
    public let entry: UInt64
    /// Its code name, where the founder may read that entry.
    public let code: String?
}

/// What a restore could not bring back.
struct Losses {
    var cases: [LostCase] = []
    /// Names of those whose keyring is lost: they need `staff reset`.
    var people: [String] = []
}

extension Vault {
    /// Takes what leads to lost cases out of everybody's ring and out of custody, so that nobody stumbles over them,
    /// and says which they are.
    /// - Parameter founder: the root that the backup was opened with; it reads the names, where it still is hers.
    func forget(_ lost: [LostArea], founder: Identifier, _ root: Key<Role.Root>) throws(HavreError) -> Losses
    {
        guard !lost.isEmpty else { return Losses() }
        var areas = Set(lost.map(\.area))
        var losses = Losses()
        var rings: [Area] = []
        for number in house.with({ Array($0.accounts.values) }) {
            guard case .account(let account) = try row(number, in: .login).facts else { continue }
            let ring = ring(of: account.person)
            if areas.remove(ring) != nil { losses.people.append(account.name) } else { rings.append(ring) }
        }
        let ids = Set(areas.map(\.id))
        // Whoever restores an old pair may have lost her own entry since: then numbers have to do.
        let session = try? reader(founder, root)
        defer { session?.end() }
        for one in lost where areas.contains(one.area) {
            let code = session.flatMap { try? self.code(ofEntry: one.entry, $0) }
            losses.cases.append(LostCase(id: one.area.id, entry: one.entry, code: code))
        }
        losses.people.sort()
        for ring in [area(.custody)] + rings { try empty(ring, of: ids) }
        return losses
    }

    /// Empties the rows of one area that lead to cases.
    private func empty(_ area: Area, of ids: Set<Identifier>) throws(HavreError) {
        guard try count(area) > 0 else { return }
        let rows = try storing { () throws(StoreError) in try store.rows(area, from: 0) }
        var found: [UInt64] = []
        for (number, row) in rows.enumerated() where !row.isEmptied {
            switch try RowFacts(row.payload) {
            case .mail(let id), .keys(let id, _), .custody(let id, _):
                if ids.contains(id) { found.append(UInt64(number)) }
            default: break
            }
        }
        guard !found.isEmpty else { return }
        _ = try commit(Event(time: now, act: "restore lost")) { draft, _ throws(HavreError) in
            for number in found { try draft.empty(number, in: area) }
        }
    }

    /// The founder as the restored house knows her.
    private func reader(_ founder: Identifier, _ root: Key<Role.Root>) throws(HavreError) -> Session {
        for number in house.with({ Array($0.accounts.values) }) {
            guard case .account(let account) = try row(number, in: .login).facts, account.person == founder
            else {
                continue
            }
            return try admit(account, RootKeys(root, vault: id, person: founder)).0
        }
        throw .notFound
    }
}
