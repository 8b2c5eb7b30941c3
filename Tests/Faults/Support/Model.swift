import HavreCodec
import HavreSecrets
import HavreStore

/// What the store should hold after the first k acts of a course that a seed fixes. No input, no output.
package struct Model: Equatable, Sendable {
    /// A row as the library would see it.
    package struct Content: Equatable, Sendable {
        package var payload: [UInt8]
        package var body: [UInt8]?
        /// The bytes of an attachment.
        package var blob: [UInt8]?
    }

    package struct Place: Equatable, Sendable {
        package var area: Int
        package var n: Int
    }

    /// One act of the course.
    package enum Act: Equatable, Sendable {
        case make(rows: [Content], pinned: Int?)
        case put(Place, Content)
        case append(area: Int, Content)
        case keepBody(Place, payload: [UInt8])
        case empty(Place)
        case renew(area: Int, put: Content)
        case erase(area: Int)
        case fact(String, [UInt8]?)
        case freeze(Int)
        case lift(Int)
        case setAside(Int, [UInt8]?)
        case read
    }

    /// Rows by area, nil for an emptied row; nil for an area that was erased.
    package var areas: [[Content?]?] = []
    package var facts: [String: [UInt8]] = [:]
    package var frozen: Set<Int> = []
    package var aside: [Int: [UInt8]] = [:]
    /// How many acts were applied, which is how many entries there are.
    package var count = 0
    private let seed: UInt64

    package init(seed: UInt64) { self.seed = seed }

    /// The name that a number of this course has in the store.
    package func identifier(_ kind: String, _ number: Int) -> Identifier {
        let bytes = Hash.blake2b256(Array("\(seed) \(kind) \(number)".utf8)).bytes
        do { return try Identifier(bytes: Array(bytes.prefix(16))) } catch { preconditionFailure("16 bytes") }
    }

    // MARK: the course

    /// The act that comes next: the same one each time it is asked for.
    package func nextAct() -> Act {
        var dice = Dice(seed: seed, at: count)
        let living = areas.indices.filter { areas[$0] != nil }
        guard living.count >= 2 else { return make(&dice) }
        let area = living[dice.below(living.count)]
        let rows = areas[area] ?? []
        let place = Place(area: area, n: dice.below(rows.count))
        switch dice.below(24) {
        case 0, 1: return make(&dice)
        case 2..<6: return .put(place, content(&dice))
        case 6..<10: return .append(area: area, content(&dice))
        case 10: return rows[place.n]?.body == nil ? .read : .keepBody(place, payload: dice.bytes(40))
        case 11: return .empty(place)
        case 12, 13, 14: return .renew(area: area, put: content(&dice))
        case 15: return living.count > 3 ? .erase(area: area) : .read
        case 16: return .fact("fact \(dice.below(3))", dice.below(3) == 0 ? nil : dice.bytes(30))
        case 17: return .freeze(dice.below(4))
        case 18: return .lift(dice.below(4))
        case 19: return .setAside(dice.below(3), dice.below(2) == 0 ? nil : dice.bytes(64))
        default: return .read
        }
    }

    private func make(_ dice: inout Dice) -> Act {
        let rows = (0..<(1 + dice.below(4))).map { _ in content(&dice) }
        return .make(rows: rows, pinned: dice.below(2) == 0 ? dice.below(rows.count) : nil)
    }

    private func content(_ dice: inout Dice) -> Content {
        // Now and then one that does not stay in a small cell, or spills a page.
        let size = dice.below(8) == 0 ? 600 + dice.below(20_000) : 1 + dice.below(600)
        var content = Content(payload: dice.bytes(size))
        if dice.below(2) == 0 { content.body = dice.bytes(1 + dice.below(9_000)) }
        if dice.below(6) == 0 { content.blob = dice.bytes(1 + dice.below(100_000)) }
        return content
    }

    /// Takes an act as done.
    package mutating func apply(_ act: Act) {
        switch act {
        case .make(let rows, _): areas.append(rows)
        case .put(let place, let content): areas[place.area]?[place.n] = content
        case .append(let area, let content): areas[area]?.append(content)
        case .keepBody(let place, let payload):
            let body = areas[place.area]?[place.n]?.body
            areas[place.area]?[place.n] = Content(payload: payload, body: body)
        case .empty(let place): areas[place.area]?[place.n] = Content?.none
        case .renew(let area, let content): areas[area]?[0] = content
        case .erase(let area): areas[area] = nil
        case .fact(let name, let value): facts[name] = value
        case .freeze(let person): frozen.insert(person)
        case .lift(let person): frozen.remove(person)
        case .setAside(let person, let slot): aside[person] = slot
        case .read: break
        }
        count += 1
    }

    /// The rows of an area, nil when there is none (any more).
    package func rows(_ area: Int) -> [Content?]? {
        areas.indices.contains(area) ? areas[area] : nil
    }
}

/// Numbers that depend on a seed and a place alone.
package struct Dice {
    private var state: UInt64

    package init(seed: UInt64, at place: Int) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(place) &* 0xD1B5_4A32_D192_ED03
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
