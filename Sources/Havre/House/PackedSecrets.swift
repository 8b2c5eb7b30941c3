import HavreCodec
import HavreSecrets

/// Secrets of one area as they ride in boxes, rings and custody, in guarded memory from end to end.
///
/// Layout, zero-filled to 1,024 bytes (2,048 if that is too little): u8 1 if an author seed follows, 32 bytes of it
/// or zeros, u16 LE count, then for each secret: u8 byte count of the name, name, u64 LE generation, 32 bytes.
enum PackedSecrets {
    private static let sizes = [1024, 2048]

    /// What came out.
    struct Content {
        let secrets: [String: AreaSecrets.Held]
        let authorSeed: Key<Role.Seed>?
    }

    static func pack(
        _ secrets: [String: AreaSecrets.Held], authorSeed: Key<Role.Seed>? = nil
    ) -> SecretBytes {
        let needed = 35 + secrets.keys.reduce(0) { $0 + 41 + $1.utf8.count }
        // Every area has fewer than 40 secrets with short names: the larger size is never exceeded.
        let size = sizes.first { needed <= $0 } ?? needed
        var packed = SecretBytes(zeroed: size)
        packed.withMutableBytes { target in
            var at = 0
            func byte(_ value: UInt8) {
                target.storeBytes(of: value, toByteOffset: at, as: UInt8.self)
                at += 1
            }
            func key<R: KeyRole>(_ key: Key<R>) {
                key.withBytes { source in
                    for index in 0..<32 { byte(source.byte(at: index)) }
                }
            }
            byte(authorSeed == nil ? 0 : 1)
            if let authorSeed { key(authorSeed) } else { at += 32 }
            byte(UInt8(secrets.count & 0xff))
            byte(UInt8(secrets.count >> 8))
            for (name, held) in secrets.sorted(by: { $0.key < $1.key }) {
                byte(UInt8(name.utf8.count))
                for value in name.utf8 { byte(value) }
                for shift in 0..<8 { byte(UInt8(truncatingIfNeeded: held.generation >> UInt64(shift * 8))) }
                key(held.secret)
            }
        }
        return packed
    }

    /// - Parameter only: the one secret that is taken out; nil for all of them and the seed.
    /// - Throws: `HavreError.tampered` for anything that `pack` does not make.
    static func unpack(
        _ packed: borrowing SecretBytes, only: String? = nil
    ) throws(HavreError) -> Content {
        let count = packed.count
        var at = 0
        func byte() throws(HavreError) -> UInt8 {
            guard at < count else { throw .tampered }
            at += 1
            return packed.withBytes { $0.byte(at: at - 1) }
        }
        func key<R: KeyRole>(_ role: R.Type) throws(HavreError) -> Key<R> {
            guard at + 32 <= count else { throw .tampered }
            at += 32
            do { return try Key<R>(packed.slice(at - 32..<at)) } catch { throw .tampered }
        }
        let hasSeed = try byte() == 1
        let seed: Key<Role.Seed>? = only == nil ? try key(Role.Seed.self) : nil
        if only != nil { at += 32 }
        let number = Int(try byte()) | Int(try byte()) << 8
        guard number <= 64 else { throw .tampered }
        var secrets: [String: AreaSecrets.Held] = [:]
        for _ in 0..<number {
            let length = Int(try byte())
            guard length <= 64 else { throw .tampered }
            var bytes: [UInt8] = []
            for _ in 0..<length { bytes.append(try byte()) }
            let name = String(decoding: bytes, as: UTF8.self)
            if let only, name != only {
                // Its generation and the secret itself stay where they are.
                at += 40
                guard at <= count else { throw .tampered }
                continue
            }
            var generation: UInt64 = 0
            for shift in 0..<8 { generation |= UInt64(try byte()) << UInt64(shift * 8) }
            let secret = try key(Role.CompartmentSecret.self)
            // Only canonical scalars: a secret that cannot be dealt was not made by us.
            guard (try? Scalar(key: secret)) != nil else { throw .tampered }
            secrets[name] = AreaSecrets.Held(generation: generation, secret: secret)
        }
        return Content(secrets: secrets, authorSeed: hasSeed ? seed : nil)
    }
}
