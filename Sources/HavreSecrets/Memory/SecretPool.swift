import CSodium
import HavreSystem
import Synchronization

/// Where secrets lie: guarded, locked regions of slots, grown a region at a time.
///
/// `sodium_malloc` costs 15 us a piece, too much for each small key; so one region (64 KiB between guard pages,
/// locked, left out of core dumps) gives 1,024 slots of 64 bytes, or 32 of 2,048 for packs of secrets, of which a list
/// of cases opens one each. What is larger gets a `sodium_malloc` of its own. A slot is wiped when it is given back.
package enum SecretPool {
    /// Bytes of one small slot, and the largest secret that lies in one.
    package static let slotByteCount = 64
    static let slotsPerRegion = 1024
    /// The same of the slots for packs.
    static let packByteCount = 2_048
    private static let regionByteCount = slotByteCount * slotsPerRegion

    /// A piece of the pool: where it is and in which epoch it was given out.
    @unsafe struct Piece {
        let base: UnsafeMutableRawPointer
        let epoch: UInt64
    }

    /// Slots of one size.
    // Sendable by hand: addresses of locked memory that only the holder of the lock hands out.
    @safe private struct Shelf: @unchecked Sendable {
        let slotByteCount: Int
        var regions: [UnsafeMutableRawPointer] = unsafe []
        var free: [UnsafeMutableRawPointer] = unsafe []

        init(slotByteCount: Int) { self.slotByteCount = slotByteCount }

        var slotsPerRegion: Int { regionByteCount / slotByteCount }
        var slotCount: Int { unsafe regions.count * slotsPerRegion }
    }

    @safe private struct State: @unchecked Sendable {
        var small = Shelf(slotByteCount: SecretPool.slotByteCount)
        var packs = Shelf(slotByteCount: packByteCount)
        var large: [UnsafeMutableRawPointer: Int] = unsafe [:]
        var locked = true
    }

    private static let state = Guarded(State())
    private static let epochs = Atomic<UInt64>(0)

    /// Counts the wipes; a piece of an older epoch holds zeros and must not be used as a secret.
    static var epoch: UInt64 { epochs.load(ordering: .sequentiallyConsistent) }

    /// Whether every region so far could be locked in memory. libsodium does not say so by itself; `status` does.
    package static var isLocked: Bool { state.with { $0.locked } }

    /// Small slots in use and small slots there are, for tests.
    package static var slotCounts: (used: Int, all: Int) {
        state.with { unsafe ($0.small.slotCount - $0.small.free.count, $0.small.slotCount) }
    }

    /// Overwrites every secret of the process with zeros: one memset a region.
    ///
    /// For panic, burn and dying. The caller has stopped the work first: using a secret from before the wipe
    /// afterwards ends the process, so that nothing is ever sealed or signed under zeros.
    package static func wipeAll() {
        state.with { state in
            epochs.add(1, ordering: .sequentiallyConsistent)
            unsafe (state.small.regions + state.packs.regions).forEach {
                unsafe sodium_memzero($0, regionByteCount)
            }
            unsafe state.large.forEach { unsafe sodium_memzero($0.key, $0.value) }
        }
    }

    /// Gives out zeroed memory for a secret of `byteCount` bytes.
    static func take(byteCount: Int) -> Piece {
        Sodium.start()
        return unsafe state.with { state in
            let base =
                switch byteCount {
                case ...slotByteCount: unsafe slot(of: &state.small, &state.locked)
                case ...packByteCount: unsafe slot(of: &state.packs, &state.locked)
                default: unsafe large(byteCount, of: &state)
                }
            return unsafe Piece(base: base, epoch: epoch)
        }
    }

    /// Wipes a piece and takes it back.
    static func giveBack(_ base: UnsafeMutableRawPointer, byteCount: Int) {
        let slot =
            byteCount <= slotByteCount ? slotByteCount : byteCount <= packByteCount ? packByteCount : nil
        if let slot { unsafe sodium_memzero(base, slot) }
        state.with { state in
            switch slot {
            case slotByteCount: unsafe state.small.free.append(base)
            case packByteCount: unsafe state.packs.free.append(base)
            default:
                unsafe state.large[base] = nil
                unsafe sodium_free(base)
            }
        }
    }

    private static func slot(of shelf: inout Shelf, _ locked: inout Bool) -> UnsafeMutableRawPointer {
        if let slot = unsafe shelf.free.popLast() { return unsafe slot }
        let region = unsafe reserve(regionByteCount, &locked)
        unsafe shelf.regions.append(region)
        unsafe shelf.free.reserveCapacity(shelf.slotCount)
        for index in (1..<shelf.slotsPerRegion).reversed() {
            unsafe shelf.free.append(region + index * shelf.slotByteCount)
        }
        return unsafe region
    }

    private static func large(_ byteCount: Int, of state: inout State) -> UnsafeMutableRawPointer {
        let base = unsafe reserve(byteCount, &state.locked)
        unsafe state.large[base] = byteCount
        return unsafe base
    }

    /// Guarded memory, zeroed; remembers when the kernel refuses to lock it.
    private static func reserve(_ byteCount: Int, _ locked: inout Bool) -> UnsafeMutableRawPointer {
        guard let base = unsafe sodium_malloc(byteCount) else { fatalError("no memory for secrets") }
        // sodium_malloc locks too, but keeps a refusal to itself; locking twice is harmless.
        if unsafe sodium_mlock(base, byteCount) != 0 { locked = false }
        unsafe sodium_memzero(base, byteCount)
        return unsafe base
    }
}
