import HavreCodec
import HavreSecrets

/// The gate seal of entries and tiles. An entry is bound to its number and to the root of the tree before its
/// group, so that an entry of another course of the ledger never opens in this one.
struct LedgerSeal: Sendable {
    let keys: GateKeys

    /// The two columns of one row of `entry`.
    struct Columns {
        let body: [UInt8]
        /// The hidden root (32 bytes), then the sealed mark.
        let mark: [UInt8]
    }

    func seal(number: UInt64, root: Digest, body: [UInt8], mark: [UInt8]) throws(StoreError) -> Columns {
        do throws(SecretError) {
            let sealed = Seal.seal(try Pad.pad(body), under: keys.ledger, context(number, root))
            return Columns(body: sealed, mark: hidden(root, number) + mark)
        } catch {
            throw .invalid(rule: "an entry is too long")
        }
    }

    /// An opened entry with the root before its group, which the caller compares where it knows it.
    func open(_ columns: Columns, number: UInt64) throws(StoreError) -> (
        entry: StoredEntry, mark: Mark, root: Digest
    ) {
        let (mark, sealedMark, root) = try open(mark: columns.mark, number: number)
        do throws(SecretError) {
            let body = try Pad.unpad(Seal.open(columns.body, under: keys.ledger, context(number, root)))
            let entry = StoredEntry(
                number: number, operation: mark.operation, commitment: mark.commitment, body: body,
                mark: sealedMark)
            return (entry, mark, root)
        } catch {
            throw .tampered(.entry)
        }
    }

    /// The same of the column `mark` alone.
    func open(
        mark column: [UInt8], number: UInt64
    ) throws(StoreError) -> (mark: Mark, sealed: [UInt8], root: Digest) {
        guard column.count > Digest.byteCount else { throw .tampered(.mark) }
        let prefix = try decoding(.mark) { () throws(CodecError) in
            try Digest(bytes: Array(column.prefix(Digest.byteCount)))
        }
        let root = try decoding(.mark) { () throws(CodecError) in try Digest(bytes: hidden(prefix, number)) }
        let sealed = Array(column.dropFirst(Digest.byteCount))
        return (try Mark.open(sealed, keys, number: number, root: root), sealed, root)
    }

    /// A tile's width can be told from its place and the number of entries, so it is not padded.
    func seal(_ tile: StoredTile) -> [UInt8] {
        Seal.seal(tile.hashes, under: keys.ledger, context(tile.level, tile.number, tile.hashes.count))
    }

    func open(_ sealed: [UInt8], level: Int, number: UInt64) throws(StoreError) -> StoredTile {
        let count = sealed.count - Seal.overhead
        guard count > 0, count % Digest.byteCount == 0, count <= 256 * Digest.byteCount else {
            throw .tampered(.tile)
        }
        do throws(SecretError) {
            let hashes = try Seal.open(sealed, under: keys.ledger, context(level, number, count))
            return StoredTile(level: level, number: number, hashes: hashes)
        } catch {
            throw .tampered(.tile)
        }
    }

    private func context(_ number: UInt64, _ root: Digest) -> Context {
        Context(.entry, .id(keys.vault), .int(number), .digest(root))
    }

    private func context(_ level: Int, _ number: UInt64, _ byteCount: Int) -> Context {
        Context(
            .tile, .id(keys.vault), .int(UInt64(level)), .int(number),
            .int(UInt64(byteCount / Digest.byteCount)))
    }

    /// The root under a keyed mask of its number: in clear it would tell which entries were committed together.
    /// It needs no authentication of its own, because nothing opens under a wrong one.
    private func hidden(_ root: Digest, _ number: UInt64) -> [UInt8] {
        let mask = keys.ledger.digest(Context(.entryRoot, .id(keys.vault), .int(number))).bytes
        return zip(root.bytes, mask).map { $0 ^ $1 }
    }
}
