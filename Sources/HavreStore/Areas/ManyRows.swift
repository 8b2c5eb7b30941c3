import HavreCodec
import HavreSecrets
import HavreSystem

// Rows of many places in few looks at the file: a list of cases needs one row of each.
extension Store {
    /// One row of each place, each compared with the head of its area like a row that is read by itself.
    ///
    /// Each look at the file lasts for at most 1,000 rows or 5 ms.
    /// - Returns: in the order of `places`; nil for what has to be read by itself, and is told there what is wrong: a
    ///   row of an area that was not verified and does not pin it, one that changed meanwhile, that is not there, or
    ///   that was tampered with.
    /// - Throws: `.closed`, and whatever keeps the file from being read.
    package func readTogether(
        _ places: [RowPlace], withBodies: Bool
    ) throws(StoreError) -> [(row: Row, body: [UInt8]?)?] {
        let looks = try looks(places)
        var found = [(wrap: [UInt8], body: [UInt8]?)?](repeating: nil, count: places.count)
        try inMoments(UInt64(places.count)) { reader, n throws(StoreError) in
            guard let look = looks[Int(n)] else { return }
            found[Int(n)] = try database(.row) { () throws(SQLError) in
                guard withBodies else { return try reader.rows.wrap(look.tag).map { ($0, nil) } }
                return try reader.rows.both(look.tag)
            }
        }
        return zip(looks, found).map { look, found in
            guard let look, let found, Hash.blake2b256(found.wrap) == look.digest,
                let content = try? look.sealer.open(found.wrap, look.n),
                !withBodies || found.body.map(Hash.blake2b256) == content.bodyDigest
            else { return nil }
            return (Row(content, wrapDigest: look.digest), found.body)
        }
    }

    /// Where a row lies, and what it has to be.
    private struct Look {
        let sealer: RowSealer
        let n: UInt64
        let tag: Identifier
        let digest: Digest
    }

    private func looks(_ places: [RowPlace]) throws(StoreError) -> [Look?] {
        for area in Set(places.map(\.area)) { _ = try loadedArea(area) }
        let known = try memory.with { memory throws(StoreError) in
            _ = try memory.openKeys()
            return places.map { place -> (RowSealer, Digest)? in
                guard case .known(.some(let state)) = memory.known(place.area),
                    let digest = memory.areas[place.area]?.expected(place.n)
                else { return nil }
                return (state.sealer, digest)
            }
        }
        return zip(places, known).map { place, known in
            known.map { Look(sealer: $0, n: place.n, tag: $0.tag(place.n), digest: $1) }
        }
    }
}

extension AreaEntry {
    /// The digest that a row's wrap has to have; nil behind the last row, and in an area that was not verified and does
    /// not pin the row.
    func expected(_ n: UInt64) -> Digest? {
        guard let state, n < state.count else { return nil }
        if let digests, n < UInt64(digests.count) { return digests[Int(n)] }
        return state.pin?.n == n ? state.pin?.wrap : nil
    }
}
