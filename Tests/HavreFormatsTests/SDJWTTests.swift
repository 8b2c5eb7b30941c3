import Foundation
import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

@Suite struct SDJWTTests {
    private let key = SigningKey()

    @Test("What is issued verifies and has every claim in its place") func issuedVerifies() throws {
        let issued = try ExampleRecord.issue(key)
        let content = try SDJWT(parsing: issued.bytes).verify(key: key.publicKey)
        #expect(Set(content.paths.map(\.description)) == Set(ExampleRecord.paths))
        #expect(content.paths.count == ExampleRecord.paths.count)
        #expect(content.claims["iss"] == "urn:havre:author:x")
        #expect(content.claims["fields"]?["statement_text"]?.array?[4] == "Sentence 4.")
        #expect(content["fields.children.1.age"] == 9)
        #expect(content["fields.nothing"] == nil)
        #expect(content.withheldElements.isEmpty)
        #expect(issued.header == .init(type: "dc+sd-jwt", keyID: JWK.thumbprint(key.publicKey)))
        #expect(issued.text.hasSuffix("~"))
    }

    @Test("Nothing but the plain claims is readable in the issuer's part") func nothingPlain() throws {
        let issued = try ExampleRecord.issue(key)
        let payload = try #require(issued.payload.object)
        #expect(Set(payload.keys) == ["iss", "vct", "_sd", "_sd_alg"])
        let empty = try issued.contentWithoutSignature().presenting([])
        #expect(empty.disclosures.isEmpty)
        #expect(try empty.verify(key: key.publicKey).claims == .object(ExampleRecord.plain))
    }

    @Test("Digests are sorted and come in multiples of eight") func digestsSorted() throws {
        for count in [0, 1, 7, 8, 9, 17] {
            let claims = Dictionary(
                uniqueKeysWithValues: (0..<count).map { ("claim\($0)", Claim.value(.int(Int64($0)))) })
            let issued = try SDJWT.issue(plain: [:], claims: ["outer": .object(claims)], key: key)
            let inner = try #require(issued.disclosures.first { $0.name == "outer" }?.value["_sd"]?.array)
            #expect(inner.count == max(8, (count + 7) / 8 * 8))
            let texts = inner.compactMap(\.string)
            #expect(texts == texts.sorted())
            #expect(texts.allSatisfy { $0.utf8.count == 43 })
        }
    }

    @Test("Salts are sixteen bytes and never the same") func saltsSixteen() throws {
        let salts = try (0..<4).flatMap { _ in try ExampleRecord.issue(key).disclosures }.map { disclosure in
            let items = try JSON(parsing: Base64.decodeURL(disclosure.text)).array
            return try #require(items?.first?.string)
        }
        #expect(try salts.allSatisfy { try Base64.decodeURL($0).count == 16 })
        #expect(Set(salts).count == salts.count)
    }

    @Test("A presentation shows exactly what was chosen and its parents") func presentationShows() throws {
        let content = try ExampleRecord.issue(key).contentWithoutSignature()
        var generator = SeededGenerator(seed: 9901)
        for _ in 0..<60 {
            let chosen = Set(content.paths.filter { _ in Bool.random(using: &generator) })
            let shown = try SDJWT(parsing: content.presenting(chosen).bytes).verify(key: key.publicKey)
            #expect(Set(shown.paths) == Set(chosen.flatMap(\.lineage)))
            #expect(shown.source.jws == content.source.jws)
            let withheld = Set(content.paths.filter { _ in Int.random(in: 0..<5, using: &generator) == 0 })
            let rest = try SDJWT(parsing: content.withholding(withheld).bytes).verify(key: key.publicKey)
            #expect(
                Set(rest.paths)
                    == Set(
                        content.paths.filter { path in path.lineage.allSatisfy { !withheld.contains($0) } }))
        }
    }

    @Test("Positions stay when sentences are withheld") func positionsStay() throws {
        let content = try ExampleRecord.issue(key).contentWithoutSignature()
        let shown = try content.withholding(["fields.statement_text.1", "fields.statement_text.2"])
            .verify(key: key.publicKey)
        #expect(shown["fields.statement_text.3"] == "Sentence 3.")
        #expect(shown["fields.statement_text"] == ["Sentence 0.", "Sentence 3.", "Sentence 4."])
        #expect(Set(shown.withheldElements) == ["fields.statement_text.1", "fields.statement_text.2"])
        let once = try shown.presenting(["fields.statement_text.3"]).verify(key: key.publicKey)
        #expect(once.claims["fields"] == ["statement_text": ["Sentence 3."]])
    }

    @Test("A path that is not disclosed is not a choice") func pathDisclosed() throws {
        let content = try ExampleRecord.issue(key).contentWithoutSignature()
        for path in ["fields.statement_text.5", "fields.citty", "iss", "fields.flags.0"] as [ClaimPath] {
            #expect(throws: FormatError.self) { try content.presenting([path]) }
            #expect(throws: FormatError.self) { try content.withholding([path]) }
        }
    }

    @Test("Values that a reader would take for digests are not issued") func valuesReader() {
        let digest: JSON = ["...": "AAAA"]
        for claims in [
            ["_sd": .value(1)], ["...": .value(1)], ["_sd_alg": .value(1)], ["a": .value(["_sd": ["x"]])],
            ["a": .value([1, [digest]])], ["a": .array([.value(digest)])],
            ["a": .object(["_sd": .value(1)])], ["iss": .value(1)], ["status": .value(1)], ["exp": .value(1)],
        ] as [[String: Claim]] {
            #expect(throws: FormatError.self) {
                try SDJWT.issue(plain: ["iss": "x"], claims: claims, key: key)
            }
        }
        #expect(throws: FormatError.self) { try SDJWT.issue(plain: ["_sd": []], claims: [:], key: key) }
        #expect(throws: FormatError.self) { try SDJWT.issue(plain: ["_sd_alg": 1], claims: [:], key: key) }
    }

    @Test("Disclosures hash as the specification shows") func disclosuresHash() throws {
        let member = try Disclosure(
            parsing: "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
        #expect(member.digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0")
        #expect(member.name == "family_name")
        #expect(member.value == "Möbius")
        let element = try Disclosure(parsing: "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0")
        #expect(element.digest == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs")
        #expect(element.name == nil)
    }

    @Test("Keys and signatures are those of RFC 8037") func keysSignatures() throws {
        let seed = try Base64.decodeURL("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        let key = try SigningKey(seed: SecretBytes(copying: seed))
        #expect(JWK.json(key.publicKey)["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(JWK.thumbprint(key.publicKey) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(try JWK.key(JWK.json(key.publicKey)) == key.publicKey)
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        #expect(
            Base64.url(key.sign(raw: Array(input.utf8)))
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    }

    @Test("Published presentations are judged as published") func publishedPresentations() throws {
        guard let folder = SharedVectors.folder("sdjwt-vectors", count: 4) else { return }
        let jwk = try JSON(parsing: [UInt8](Data(contentsOf: folder.appending(path: "pub.jwk"))))
        let key = try JWK.key(jwk)
        var count = 0
        for file in SharedVectors.files(below: folder) where file.pathExtension == "sdjwt" {
            let bytes = [UInt8](try Data(contentsOf: file))
            let isAccepted = (try? SDJWT(parsing: bytes).verify(key: key)) != nil
            #expect(isAccepted == !file.lastPathComponent.hasPrefix("neg_"), "\(file.lastPathComponent)")
            count += 1
        }
        #expect(count == 4)
    }

    @Test(
        "Paths are written in one way",
        arguments: [
            "", ".", "a..b", ".a", "a.", "a.01", "a.99999999999999999999",
        ])
    func pathsWritten(_ text: String) {
        #expect(throws: FormatError.self) { try ClaimPath(parsing: text) }
    }

    @Test("Paths are read back") func pathsRead() throws {
        for text in ExampleRecord.paths {
            #expect(try ClaimPath(parsing: text).description == text)
            #expect(try ClaimPath(parsing: text) == ClaimPath(stringLiteral: text))
        }
    }
}
