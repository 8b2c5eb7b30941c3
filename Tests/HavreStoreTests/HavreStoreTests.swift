import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import HavreStore

@Suite struct StoreTests {
    @Test func `A change is there with its entry after a restart`() throws {
        let house = try House()
        let area = try house.makeArea(rows: 3)
        let receipt = try house.store.submit(try house.put(area, 3, "new", body: .sealed([1, 2, 3])))
        #expect(receipt.entry == 1 && receipt.rows == [3])
        try house.restart()
        #expect(house.store.state == .serving)
        #expect(try house.text(area, 0) == "row 0")
        #expect(try house.text(area, 3) == "new")
        #expect(try house.store.body(area, 3) == [1, 2, 3])
        #expect(try house.store.body(area, 1) == Array("body 1".utf8))
        #expect(try house.store.area(area)?.count == 4)
        #expect(try house.store.entry(1).body == Array("sealed:put".utf8))
        #expect(try house.store.checkpoint().size == 2)
    }
}
