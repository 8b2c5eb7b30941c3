import HavreCodec
import HavreLedger
import HavreStore

/// Which case each of 256 neighbouring entries of the ledger is about: who asks for the entries of one case opens these
/// and no others. A page lies beside each whole tile of leaves, sealed like it, so that nobody without the gate learns
/// which entries belong together; of the last entries it is made anew at a start, as their tile is.
///
/// Layout of a page: for each entry the first 4 bytes of the case's id, zeros where there is none. Two cases may share
/// them: what an entry says of itself decides.
struct CaseRegister {
    /// Where a page lies among the tiles: above every level of a tree.
    static let level = 63

    /// Which page it is.
    private(set) var number: UInt64
    private var page: [UInt8] = []

    private static let tagByteCount = 4

    init(number: UInt64 = 0, page: [UInt8] = []) {
        self.number = number
        self.page = page
    }

    /// Takes in the body of the next entry.
    ///
    /// - Returns: the page that is full with it; the next one has begun.
    mutating func append(_ body: [UInt8]) -> StoredTile? {
        let tag = body.prefix(Self.tagByteCount)
        page += tag + [UInt8](repeating: 0, count: Self.tagByteCount - tag.count)
        guard page.count == Tile.width * Self.tagByteCount else { return nil }
        let full = StoredTile(level: Self.level, number: number, hashes: page)
        self = CaseRegister(number: number + 1)
        return full
    }

    /// Numbers of the entries that may be about a case.
    func entries(about caseID: Identifier) -> [UInt64] {
        let tag = caseID.bytes.prefix(Self.tagByteCount)
        let first = number * UInt64(Tile.width)
        return stride(from: 0, to: page.count, by: Self.tagByteCount).compactMap { at in
            page[at..<at + Self.tagByteCount].elementsEqual(tag)
                ? first + UInt64(at / Self.tagByteCount) : nil
        }
    }
}
