import HavreCodec
import HavreSecrets
import Testing

@testable import HavreStore

/// What the store keeps in memory of a house of very many areas.
@Suite struct MemoryTests {
    @Test("Memory of verified areas is bounded, and making room costs one look for very many areas")
    func memoryVerified() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        let state = try #require(try house.store.loadedArea(area))
        house.store.memory.with { memory in
            for _ in 0..<3 * Memory.areaCountMax {
                memory.areas[Area(Random.identifier())] = AreaEntry(state: state, digests: [])
            }
            memory.remember(state, of: Area(Random.identifier()))
            #expect(memory.areas.count <= Memory.areaCountMax / 2 + 1)
        }
        // What was dropped is read and verified anew.
        #expect(try house.text(area, 1) == "row 1")
        _ = try house.store.submit(try house.put(area, 0, "new"))
        #expect(try house.text(area, 0) == "new")
    }
}
