package import HavreCodec

/// What a key, a tag, a seal or a signature is for: a kind and its facts, encoded without ambiguity.
///
/// The bytes are LP(`havre/1/` + kind), then LP of each fact in the order of `ContextKind.facts`, where
/// LP(x) = u32 LE byte count || x. Integers are u64 LE, identifiers 16 bytes, digests 32 bytes, text UTF-8 in NFC;
/// a list is its u64 LE count, then LP of each item. Two contexts are equal exactly when their bytes are.
package struct Context: Sendable, Equatable {
    /// One fact.
    package enum Fact: Sendable {
        /// Raw bytes whose count the format of the fact fixes or LP carries.
        case bytes([UInt8])
        /// 16 bytes.
        case id(Identifier)
        /// 32 bytes.
        case digest(Digest)
        /// u64 LE.
        case int(UInt64)
        /// UTF-8, brought to NFC here.
        case text(String)
        /// u64 LE count, then LP of each item.
        case list([Fact])
    }

    /// The kind the context was made for.
    package let kind: ContextKind
    /// The encoding: public, goes into keyed hashes, associated data and signatures.
    package let bytes: [UInt8]

    /// Encodes a context. The facts must be those that the table of kinds names, in its order: anything else is a
    /// mistake of the program and ends it.
    package init(_ kind: ContextKind, _ facts: Fact...) {
        self.init(kind, facts: facts)
    }

    /// The same with the facts in an array.
    package init(_ kind: ContextKind, facts: [Fact]) {
        let shape = kind.facts
        precondition(
            shape.count == facts.count && zip(shape, facts).allSatisfy { $0.accepts($1) },
            "the facts of a context are not those of its kind")
        var encoder = Encoder(kind)
        for fact in facts { encoder.append(fact) }
        self.kind = kind
        bytes = encoder.bytes
    }

    /// Every context starts with the count of its first text, so its second byte is 0: no base64url text, no
    /// signed note and no JSON begins like that.
    package static func begins(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.dropFirst(4).starts(with: prefix.utf8)
    }

    fileprivate static let prefix = "havre/1/"
}

extension Context {
    /// Writes the encoding; also used where one of the facts is secret and is hashed between the others.
    struct Encoder {
        private(set) var bytes: [UInt8] = []

        init(_ kind: ContextKind) {
            bytes.reserveCapacity(160)
            appendPrefixed(Context.prefix.utf8, kind.rawValue.utf8)
        }

        /// Appends LP of one fact.
        mutating func append(_ fact: Fact) {
            switch fact {
            case .bytes(let value): appendPrefixed(value)
            case .id(let value):
                appendCount(Identifier.byteCount)
                value.append(to: &bytes)
            case .digest(let value):
                appendCount(Digest.byteCount)
                value.append(to: &bytes)
            case .int(let value):
                appendCount(8)
                appendInteger(value)
            case .text(let value): appendPrefixed(Text.nfc(value).utf8)
            case .list(let items):
                var inner = Encoder()
                inner.appendInteger(UInt64(items.count))
                for item in items { inner.append(item) }
                appendPrefixed(inner.bytes)
            }
        }

        /// Appends the count of a fact whose bytes follow elsewhere.
        mutating func appendCount(_ count: Int) {
            precondition(count <= Int(UInt32.max), "a fact has less than 4 GiB")
            unsafe withUnsafeBytes(of: UInt32(count).littleEndian) { unsafe bytes.append(contentsOf: $0) }
        }

        /// Only the bytes of facts, without a kind: what follows a secret fact.
        init() {}

        private mutating func appendInteger(_ value: UInt64) {
            unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
        }

        private mutating func appendPrefixed(_ value: some Collection<UInt8>) {
            appendCount(value.count)
            bytes.append(contentsOf: value)
        }

        private mutating func appendPrefixed(_ first: String.UTF8View, _ second: String.UTF8View) {
            appendCount(first.count + second.count)
            bytes.append(contentsOf: first)
            bytes.append(contentsOf: second)
        }
    }
}
