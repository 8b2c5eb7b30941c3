import CSodium

/// Makes libsodium's random numbers the same in every run, so that an input that was kept shows again what it showed.
enum Chance {
    private nonisolated(unsafe) static var state: UInt64 = 7

    private static func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private nonisolated(unsafe) static var implementation = randombytes_implementation(
        implementation_name: { unsafe UnsafePointer<CChar>(bitPattern: 1) },
        random: { UInt32(truncatingIfNeeded: Chance.next()) },
        stir: {},
        uniform: nil,
        buf: { room, count in
            guard let room else { return }
            for place in 0..<count {
                room.storeBytes(
                    of: UInt8(truncatingIfNeeded: Chance.next()), toByteOffset: place, as: UInt8.self)
            }
        },
        close: { 0 })

    /// To be called before anything of libsodium is.
    static func settle() { randombytes_set_implementation(&implementation) }
}
