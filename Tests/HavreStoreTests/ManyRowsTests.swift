import HavreCodec
import HavreSecrets
import Testing

@testable import HavreStore

/// Rows of many areas that are read in one look at the file.
@Suite struct ManyRowsTests {
    private func payloads(_ found: [(row: Row, body: [UInt8]?)?]) -> [String?] {
        found.map { $0.map { String(decoding: $0.row.payload, as: UTF8.self) } }
    }

    @Test("Rows of many areas come in the order that was asked for, each with its body")
    func rowsMany() throws {
        let house = try House()
        let areas = try (0..<3).map { _ in try house.makeArea(rows: 3, pinned: 1) }
        for area in areas { try house.store.verify(area) }
        let places = [2, 0, 1].flatMap { area in [1, 0].map { RowPlace(areas[area], $0) } }
        let found = try house.store.readTogether(places, withBodies: true)
        #expect(payloads(found) == ["row 1", "row 0", "row 1", "row 0", "row 1", "row 0"])
        #expect(found.map { $0?.body } == [1, 0, 1, 0, 1, 0].map { Array("body \($0)".utf8) })
        #expect(found.map { $0?.row } == (try places.map { try house.store.read($0.area, $0.n) }))
        #expect(
            try house.store.readTogether(places, withBodies: false).allSatisfy {
                $0 != nil && $0?.body == nil
            })
        #expect(try house.store.readTogether([], withBodies: true).isEmpty)
    }

    @Test("A row that nothing is known to compare with is not given: only the pinned one of an area is")
    func rowNothing() throws {
        let house = try House()
        let area = try house.makeArea(rows: 3, pinned: 1)
        try house.restart()
        let unknown = Area(Random.identifier())
        let places = [0, 1, 2, 3].map { RowPlace(area, $0) } + [RowPlace(unknown, 0)]
        #expect(
            payloads(try house.store.readTogether(places, withBodies: true)) == [nil, "row 1", nil, nil, nil])
        try house.store.verify(area)
        #expect(
            payloads(try house.store.readTogether(places, withBodies: true))
                == ["row 0", "row 1", "row 2", nil, nil])
    }

    @Test(
        "A row that was tampered with is not given, and read by itself it is refused",
        arguments: [
            "UPDATE item SET wrap = (SELECT wrap FROM item WHERE rowid = 3) WHERE rowid = 2",
            "UPDATE body SET body = (SELECT body FROM body WHERE rowid = 3) WHERE rowid = 2",
            "DELETE FROM item WHERE rowid = 2", "DELETE FROM body WHERE rowid = 2",
        ])
    func rowTampered(_ attack: String) throws {
        let house = try House()
        let area = try house.makeArea(rows: 3, pinned: 1)
        try house.store.verify(area)
        try shell(house.path("vault/vault.db"), attack)
        let places = [0, 1, 2].map { RowPlace(area, $0) }
        #expect(payloads(try house.store.readTogether(places, withBodies: true)) == ["row 0", nil, "row 2"])
        #expect(throws: StoreError.tampered(.row)) { try house.store.readWithBody(area, 1) }
    }

    @Test("A closed gate gives no row") func closedGate() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2, pinned: 0)
        house.store.closeGate(removingAuto: true)
        #expect(throws: StoreError.closed) {
            try house.store.readTogether([RowPlace(area, 0)], withBodies: false)
        }
    }
}
