import HavreAccess
import HavreCodec
import HavreStore
import HavreSystem

/// The roster of one case from a ring, read together with those of other cases.
struct AheadKey {
    let key: RingKey
    /// Where in the ring it lies, and what lay there then.
    let row: UInt64
    let digest: Digest
}

// What a list reads of many cases in few looks at the store. Whatever is missing here, for whatever reason, is read by
// itself, where it is told what is wrong with it.
extension Vault {
    /// The roster of each of these cases, from somebody's ring.
    func rosterKeys(
        _ cases: [Identifier], _ session: Session
    ) throws(HavreError) -> [Identifier: AheadKey] {
        let ring = session.ring
        let places = session.opened.with { state in
            cases.compactMap { caseID in state.ring[caseID].map { (caseID, $0.row) } }
        }
        let found = try storing { () throws(StoreError) in
            try store.readTogether(places.map { RowPlace(ring, $0.1) }, withBodies: true)
        }
        var keys: [Identifier: AheadKey] = [:]
        for ((caseID, number), read) in zip(places, found) {
            guard let (row, body) = read, let body, case .keys(caseID, _) = try? RowFacts(row.payload),
                let key = try? RingKey(
                    body: body, area: caseID, person: session.person, vault: id, row: number,
                    only: Compartment.roster.rawValue)
            else { continue }
            keys[caseID] = AheadKey(key: key, row: number, digest: row.wrapDigest)
        }
        return keys
    }

    /// The same from custody, for a supervisor.
    ///
    /// - Parameter cases: with the row of each in @custody.
    func custodyRosters(
        _ cases: [(key: Identifier, value: UInt64)], _ session: Session
    ) throws(HavreError) -> [Identifier: AreaSecrets] {
        let area = area(.custody)
        let secrets = try secrets(of: .custody, session)
        guard let half = secrets.half(HouseArea.custody.rawValue) else { return [:] }
        let newest = secrets.newest[HouseArea.custody.rawValue]?.generation
        let found = try storing { () throws(StoreError) in
            try store.readTogether(cases.map { RowPlace(area, $0.value) }, withBodies: true)
        }
        var rosters: [Identifier: AreaSecrets] = [:]
        for ((caseID, _), read) in zip(cases, found) {
            guard let (row, body) = read, let body,
                case .custody(caseID, let generation) = try? RowFacts(row.payload), generation == newest,
                let boxes = try? openUnderGate(body, in: area)
            else { continue }
            rosters[caseID] = try? Custody.open(
                boxes, caseID: caseID, vault: id, half: half, only: Compartment.roster.rawValue)
        }
        return rosters
    }

    /// The rows that hold the cards of these cases.
    func cardRows(_ cases: [Identifier]) throws(HavreError) -> [Identifier: Row] {
        let found = try storing { () throws(StoreError) in
            try store.readTogether(
                cases.map { RowPlace(Area($0), CaseIndex.cardRow) }, withBodies: false)
        }
        var rows: [Identifier: Row] = [:]
        for (caseID, read) in zip(cases, found) { rows[caseID] = read?.row }
        return rows
    }

    /// Whether a row that was read ahead still is the card of a case.
    func isCurrentCard(_ row: Row, of caseID: Identifier) -> Bool {
        store.isCurrent(Area(caseID), CaseIndex.cardRow, wrapDigest: row.wrapDigest)
    }
}

extension Array {
    /// The array in pieces of so many elements, the last one shorter.
    func pieces(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
