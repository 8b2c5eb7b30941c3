import HavreCodec
import HavreSecrets

/// Zero-fills to one of 25 sizes, up to 1 MiB.
///
/// - Throws: `HavreError.invalid` for what is longer.
func padded(_ bytes: [UInt8]) throws(HavreError) -> [UInt8] {
    do { return try Pad.pad(bytes) } catch {
        throw .invalid(field: "fields", rule: "must stay below 1 MiB together")
    }
}

/// How every text of an area is sealed: a key of its own, wrapped under the secret of its compartment.
///
/// `inner` = Seal(K_comp, place, K_rec) is a person's right; `body` = Seal(K_rec, place, Pad(text)).
enum Sheet {
    /// What a row says of the key of its text.
    struct Head: Equatable {
        /// The compartment, or the name of the house's area.
        let secret: String
        let generation: UInt64
        let inner: [UInt8]

        init(secret: String, generation: UInt64, inner: [UInt8]) {
            self.secret = secret
            self.generation = generation
            self.inner = inner
        }

        func write(to writer: inout ByteWriter) {
            writer.prefixed(secret)
            writer.u64(generation)
            writer.prefixed(inner)
        }

        init(_ reader: inout ByteReader) throws(CodecError) {
            secret = try reader.prefixedText(max: 64)
            generation = try reader.u64()
            inner = try reader.prefixed(max: 256)
        }
    }

    /// Where a text belongs: all of it is in the contexts, so that no text can be moved.
    struct Place {
        let vault: Identifier
        let area: Identifier
        let secret: String
        let generation: UInt64
        /// The record or the attachment; the area itself for a link.
        let id: Identifier
        /// The version of the record, or the number of the link.
        let number: UInt64
        /// Thumbprint of the author key; zero for what bears a signature of its own.
        let author: Digest

        var innerContext: Context {
            Context(
                .inner, .id(vault), .id(area), .text(secret), .int(generation), .id(id), .int(number),
                .digest(author))
        }

        var bodyContext: Context { Context(.body, .id(vault), .id(area), .id(id), .int(number)) }

        var gistContext: Context { Context(.gist, .id(vault), .id(area), .id(id), .int(number)) }
    }

    /// A sealed text and its key, which the caller may use for the gist or the stream of an attachment.
    struct Sealed {
        let head: Head
        let body: [UInt8]
        let key: Key<Role.Record>
    }

    static func seal(
        _ text: [UInt8], at place: Place, under key: Key<Role.Compartment>,
        record: Key<Role.Record> = Key<Role.Record>()
    ) throws(HavreError) -> Sealed {
        let inner = Seal.seal(key: record, under: key, place.innerContext)
        let body = Seal.seal(try padded(text), under: record, place.bodyContext)
        return Sealed(
            head: Head(secret: place.secret, generation: place.generation, inner: inner), body: body,
            key: record)
    }

    static func key(
        _ head: Head, at place: Place, under key: Key<Role.Compartment>
    ) throws(HavreError) -> Key<Role.Record> {
        do { return try Seal.openKey(head.inner, under: key, place.innerContext, as: Role.Record.self) } catch
        {
            throw .tampered
        }
    }

    static func open(
        _ body: [UInt8], _ head: Head, at place: Place, under key: Key<Role.Compartment>
    ) throws(HavreError) -> [UInt8] {
        let record = try Self.key(head, at: place, under: key)
        do { return try Pad.unpad(try Seal.open(body, under: record, place.bodyContext)) } catch {
            throw .tampered
        }
    }
}
