import CSodium
import HavreSystem
import Synchronization

/// Where secrets lie: guarded, locked regions of 64-byte slots, grown a region at a time.
///
/// `sodium_malloc` costs 15 us a piece, too much for each small key; so one region (64 KiB between guard pages,
/// locked, left out of core dumps) gives 1,024 slots. Secrets above 64 bytes get a `sodium_malloc` of their own.
/// A slot is wiped when it is given back.
package enum SecretPool {
    /// Bytes of one slot, and the largest secret that lies in one.
    package static let slotByteCount = 64
    static let slotsPerRegion = 1024

    /// A piece of the pool: where it is and in which epoch it was given out.
    @unsafe struct Piece {
        let base: UnsafeMutableRawPointer
        let epoch: UInt64
    }

    // Sendable by hand: addresses of locked memory that only the holder of the lock hands out.
    @safe private struct State: @unchecked Sendable {
        var regions: [UnsafeMutableRawPointer] = unsafe []
        var free: [UnsafeMutableRawPointer] = unsafe []
        var large: [UnsafeMutableRawPointer: Int] = unsafe [:]
        var locked = true
    }

    private static let state = Guarded(State())
    private static let epochs = Atomic<UInt64>(0)

    /// Counts the wipes; a piece of an older epoch holds zeros and must not be used as a secret.
    static var epoch: UInt64 { epochs.load(ordering: .sequentiallyConsistent) }

    /// Whether every region so far could be locked in memory. libsodium does not say so by itself; `status` does.
    package static var isLocked: Bool { state.with { $0.locked } }

    /// Slots in use and slots there are, for tests and `status`.
    package static var slotCounts: (used: Int, all: Int) {
        state.with { state in
            let all = unsafe state.regions.count * slotsPerRegion
            return unsafe (all - state.free.count, all)
        }
    }

    /// Overwrites every secret of the process with zeros: one memset a region.
    ///
    /// For panic, burn and dying. The caller has stopped the work first: using a secret from before the wipe
    /// afterwards ends the process, so that nothing is ever sealed or signed under zeros.
    package static func wipeAll() {
        state.with { state in
            epochs.add(1, ordering: .sequentiallyConsistent)
            unsafe state.regions.forEach { unsafe sodium_memzero($0, slotByteCount * slotsPerRegion) }
            unsafe state.large.forEach { unsafe sodium_memzero($0.key, $0.value) }
        }
    }

    /// Gives out zeroed memory for a secret of `byteCount` bytes.
    static func take(byteCount: Int) -> Piece {
        Sodium.start()
        return unsafe state.with { state in
            let base = unsafe byteCount <= slotByteCount ? slot(of: &state) : large(byteCount, of: &state)
            return unsafe Piece(base: base, epoch: epoch)
        }
    }

    /// Wipes a piece and takes it back.
    static func giveBack(_ base: UnsafeMutableRawPointer, byteCount: Int) {
        if byteCount <= slotByteCount { unsafe sodium_memzero(base, slotByteCount) }
        state.with { state in
            if byteCount <= slotByteCount {
                unsafe state.free.append(base)
            } else {
                unsafe state.large[base] = nil
                unsafe sodium_free(base)
            }
        }
    }

    private static func slot(of state: inout State) -> UnsafeMutableRawPointer {
        if let slot = unsafe state.free.popLast() { return unsafe slot }
        let byteCount = slotByteCount * slotsPerRegion
        let region = unsafe reserve(byteCount, of: &state)
        unsafe state.regions.append(region)
        unsafe state.free.reserveCapacity(state.regions.count * slotsPerRegion)
        for index in (1..<slotsPerRegion).reversed() {
            unsafe state.free.append(region + index * slotByteCount)
        }
        return unsafe region
    }

    private static func large(_ byteCount: Int, of state: inout State) -> UnsafeMutableRawPointer {
        let base = unsafe reserve(byteCount, of: &state)
        unsafe state.large[base] = byteCount
        return unsafe base
    }

    /// Guarded memory, zeroed; remembers when the kernel refuses to lock it.
    private static func reserve(_ byteCount: Int, of state: inout State) -> UnsafeMutableRawPointer {
        guard let base = unsafe sodium_malloc(byteCount) else { fatalError("no memory for secrets") }
        // sodium_malloc locks too, but keeps a refusal to itself; locking twice is harmless.
        if unsafe sodium_mlock(base, byteCount) != 0 { state.locked = false }
        unsafe sodium_memzero(base, byteCount)
        return unsafe base
    }
}
