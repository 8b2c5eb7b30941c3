import HavreCodec
import HavreLedger
import HavreStore

/// Which case each of 256 neighbouring entries of the ledger is about, and whose act it is: who asks for the entries of
/// one case opens these and no others. A page lies beside each whole tile of leaves, sealed like it, so that nobody
/// without the gate learns which entries belong together; of the last entries it is made anew at a start, as their tile
/// is.
///
/// Layout of a page: for each entry the first 4 bytes of the case's id and the 3 bytes of `SealedEvent.who`, zeros
/// where there is none, and one zero byte. Two cases may share them: what an entry says of itself decides.
struct CaseRegister {
    /// Where a page lies among the tiles: above every level of a tree.
    static let level = 63

    /// Which page it is.
    private(set) var number: UInt64
    private var page: [UInt8] = []
    /// The latest second of the entries taken in for this page.
    private(set) var latest: UInt64 = 0

    /// What the first bytes of an entry's body hold: see `SealedEvent`.
    private static let caseRange = 0..<4
    private static let secondRange = 16..<21
    private static let whoRange = 21..<24
    private static let lineByteCount = 8

    init(number: UInt64 = 0, page: [UInt8] = []) {
        self.number = number
        self.page = page
    }

    /// Takes in the body of the next entry.
    ///
    /// - Returns: the page that is full with it, and the latest second in it; the next one has begun.
    mutating func append(_ body: [UInt8]) -> (page: StoredTile, latest: UInt64)? {
        let isEvent = body.count >= Self.whoRange.upperBound
        if isEvent {
            latest = max(latest, body[Self.secondRange].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        page += isEvent ? body[Self.caseRange] + body[Self.whoRange] + [0] : [0, 0, 0, 0, 0, 0, 0, 0]
        guard page.count == Tile.width * Self.lineByteCount else { return nil }
        let full = StoredTile(level: Self.level, number: number, hashes: page)
        defer { self = CaseRegister(number: number + 1) }
        return (full, latest)
    }

    /// Numbers of the entries that may be about a case.
    ///
    /// - Parameter who: only those that bear one of these; nil for all.
    func entries(about caseID: Identifier, by who: Set<UInt32>?) -> [UInt64] {
        let tag = Array(caseID.bytes[Self.caseRange])
        var found: [UInt64] = []
        // A page has 256 lines, and a house of a million records 4,000 pages: compared byte by byte, without slices.
        for at in stride(from: 0, to: page.count, by: Self.lineByteCount)
        where page[at] == tag[0] && page[at + 1] == tag[1] && page[at + 2] == tag[2] && page[at + 3] == tag[3]
        {
            // Little endian, as it stands in the body.
            let person = page[at + 4..<at + 8].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard who?.contains(person) ?? true else { continue }
            found.append(number * UInt64(Tile.width) + UInt64(at / Self.lineByteCount))
        }
        return found
    }
}
