import HavreCodec
import HavreSecrets

/// Finds, seals and opens the rows of one area in one gate generation.
struct RowSealer: Sendable {
    let vault: Identifier
    let area: Area
    /// g_case of the area.
    let gate: Key<Role.CaseGate>
    /// The area's tag key.
    let tags: Key<Role.Tag>
    let generation: UInt64

    /// Where row `n` lies: nobody without the key can tell which area a tag belongs to, or its number.
    func tag(_ n: UInt64) -> Identifier {
        tags.tag(Context(.rowTag, .int(n)))
    }

    /// Seals a row's content for its place: 328, 456, 584 or 840 bytes for the usual ones.
    /// - Throws: `.invalid` when it does not fit the largest size.
    func seal(_ content: RowContent, _ n: UInt64) throws(StoreError) -> [UInt8] {
        do throws(SecretError) {
            return Seal.seal(try Pad.pad(content.encoded), under: key(n), context(n))
        } catch {
            throw .invalid(rule: "a row's payload is too long")
        }
    }

    /// Opens a wrap that was sealed for this place and generation.
    /// - Throws: `.tampered(.row)` for anything else.
    func open(_ wrap: [UInt8], _ n: UInt64) throws(StoreError) -> RowContent {
        do {
            return try RowContent(decoding: Pad.unpad(Seal.open(wrap, under: key(n), context(n))))
        } catch {
            throw .tampered(.row)
        }
    }

    /// The same rows under another key.
    func renewed(_ fresh: Key<Role.CaseGate>) -> RowSealer {
        RowSealer(vault: vault, area: area, gate: fresh, tags: tags, generation: generation + 1)
    }

    private func key(_ n: UInt64) -> Key<Role.Wrap> {
        gate.derive(Context(.wrapKey, .int(n)))
    }

    private func context(_ n: UInt64) -> Context {
        Context(.wrap, .id(vault), .id(area.id), .int(n), .int(generation))
    }
}
