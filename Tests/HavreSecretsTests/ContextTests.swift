import HavreCodec
import Testing

@testable import HavreSecrets

struct ContextTests {
    /// A context of a kind with made-up facts of the right types; nil where one is secret.
    private func sample(_ kind: ContextKind) throws -> Context? {
        var facts: [Context.Fact] = []
        for shape in kind.facts {
            switch shape {
            case .bytes: facts.append(.bytes([1]))
            case .id: facts.append(.id(try Vectors.id("any")))
            case .digest: facts.append(.digest(Hash.blake2b256([])))
            case .int: facts.append(.int(1))
            case .text: facts.append(.text("any"))
            case .list: facts.append(.list([]))
            case .secret: return nil
            }
        }
        return Context(kind, facts: facts)
    }

    @Test("Every kind has a name of its own: lower-case words joined with hyphens")
    func names() {
        let names = ContextKind.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2d }, "\(name)")
            #expect(!name.hasPrefix("-") && !name.hasSuffix("-") && !name.isEmpty)
        }
    }

    @Test("No context begins like a JWS signing input, a note or JSON, and a raw signature takes no context")
    func foreign() throws {
        for kind in ContextKind.allCases {
            guard let context = try sample(kind) else { continue }
            #expect(context.bytes[0] < 0x80 && context.bytes[1] == 0)
            #expect(Context.begins(context.bytes))
            #expect(!Context.begins(Array(String(decoding: context.bytes, as: UTF8.self).utf8.dropFirst(4))))
        }
        for text in ["eyJhbGciOiJFZERTQSJ9.e30", "havre/1/x\n5\n", "{\"a\":1}", ""] {
            #expect(!Context.begins(Array(text.utf8)))
        }
    }

    @Test("Signing a context as foreign bytes ends the process")
    func rawContext() async {
        await #expect(processExitsWith: .failure) {
            _ = SigningKey().sign(raw: Context(.rowTag, .int(1)).bytes)
        }
    }

    @Test("Facts that are not those of the kind end the process")
    func wrongFacts() async {
        await #expect(processExitsWith: .failure) { _ = Context(.rowTag) }
        await #expect(processExitsWith: .failure) { _ = Context(.rowTag, .int(1), .int(2)) }
        await #expect(processExitsWith: .failure) { _ = Context(.rowTag, .text("1")) }
        await #expect(processExitsWith: .failure) { _ = Context(.kek, .bytes([1])) }
    }

    @Test("Moving a byte from one fact to the next makes another context")
    func unambiguous() throws {
        let vault = try Vectors.id("vault")
        #expect(
            Context(.gateRow, .id(vault), .text("ab"), .bytes([0x63]))
                != Context(.gateRow, .id(vault), .text("a"), .bytes([0x62, 0x63])))
        #expect(
            Context(.words, .list([.bytes([1]), .bytes([2])])) != Context(.words, .list([.bytes([1, 2])])))
        #expect(Context(.words, .list([])) != Context(.words, .list([.bytes([])])))
        #expect(Context(.symmetric, .id(vault), .id(vault)) != Context(.shadow, .id(vault), .id(vault)))
    }

    @Test("Text means the same however it is composed")
    func normal() throws {
        let vault = try Vectors.id("vault")
        #expect(
            Context(.areaName, .id(vault), .text("Ame\u{301}lie"))
                == Context(.areaName, .id(vault), .text("Am\u{e9}lie")))
    }

    @Test("Tag, digest and 512-bit digest of one context have nothing in common")
    func sizes() {
        let key = Key<Role.Tag>()
        let context = Context(.rowTag, .int(1))
        #expect(key.tag(context).bytes != [UInt8](key.digest(context).bytes[..<16]))
        #expect(key.digest(context).bytes != [UInt8](key.digest512(context)[..<32]))
        #expect(key.derive(context, as: Role.Tag.self).withBytes { $0.copied() } == key.digest(context).bytes)
        #expect(Key<Role.Tag>().digest(context) != key.digest(context))
    }
}

struct HashTests {
    @Test("A hash of pieces is the hash of the whole, however it is cut")
    func pieces() {
        let whole = Random.bytes(1000)
        for cut in [0, 1, 63, 64, 127, 128, 500, 999, 1000] {
            let parts = [[UInt8](whole[..<cut]), [UInt8](whole[cut...])]
            var blake = Blake2b()
            var sha256 = SHA256()
            var sha512 = SHA512()
            for part in parts {
                blake.update(part)
                part.withUnsafeBytes { sha256.update($0.bytes) }
                sha512.update(part)
            }
            let digests = (blake.finish(), sha256.finish(), sha512.finish())
            #expect(digests.0 == Hash.blake2b256(whole))
            #expect(digests.1 == Hash.sha256(whole))
            #expect(digests.2 == Hash.sha512(whole))
        }
    }

    @Test("Random numbers below a bound stay below and reach every value")
    func below() {
        var seen = Set<Int>()
        for _ in 0..<1000 { seen.insert(Random.below(7)) }
        #expect(seen == Set(0..<7))
        #expect(Random.bytes(0).isEmpty && Random.bytes(5).count == 5)
    }

    @Test("Equal compares lengths and every byte")
    func equal() {
        #expect(Hash.equal([1, 2], [1, 2]) && !Hash.equal([1, 2], [1, 3]) && !Hash.equal([1], [1, 2]))
    }
}
