import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

@Suite struct SDJWTAttackTests {
    private let forge = Forge()

    @Test("Any changed byte is refused or shows less") func anyChanged() throws {
        let key = SigningKey()
        let issued = try SDJWT.issue(
            plain: ["iss": "x"], claims: ["a": .value("yes"), "b": .array([.value(1)])], key: key)
        let bytes = issued.bytes
        for place in bytes.indices {
            for flip in [0x01, 0x20] as [UInt8] {
                var changed = bytes
                changed[place] ^= flip
                #expect(throws: FormatError.self) { try SDJWT(parsing: changed).verify(key: key.publicKey) }
            }
        }
        for count in 0..<bytes.count {
            let part = Array(bytes[..<count])
            // Cut at the end of a disclosure it is a presentation of less; anywhere else it is nothing.
            guard let content = try? SDJWT(parsing: part).verify(key: key.publicKey) else { continue }
            #expect(part.last == UInt8(ascii: "~"))
            #expect(content.paths.count < 3)
        }
    }

    @Test("Only Ed25519 under the given key is accepted") func ed25519Given() throws {
        let payload: JSON = ["iss": "x"]
        for algorithm in ["EdDSA", "Ed25519"] {
            let text = forge.text(header: ["alg": .string(algorithm), "typ": "dc+sd-jwt"], payload: payload)
            #expect(throws: Never.self) { try forge.verify(text) }
        }
        for algorithm in ["none", "None", "", "HS256", "ES256", "Ed448", "eddsa"] {
            let text = forge.text(header: ["alg": .string(algorithm), "typ": "dc+sd-jwt"], payload: payload)
            #expect(throws: FormatError.self) { try forge.verify(text) }
        }
        let stranger = SigningKey()
        let text = forge.text(payload: payload)
        #expect(throws: FormatError.notAuthentic) {
            try SDJWT(parsing: Array(text.utf8)).verify(key: stranger.publicKey)
        }
        // A key that the text itself brings is never looked at.
        let header: JSON = ["alg": "EdDSA", "typ": "dc+sd-jwt", "jwk": JWK.json(forge.key.publicKey)]
        let own = forge.text(header: header, payload: payload)
        #expect(throws: FormatError.notAuthentic) {
            try SDJWT(parsing: Array(own.utf8)).verify(key: stranger.publicKey)
        }
    }

    @Test("Headers and payloads are strict") func headersPayloads() {
        let payload: JSON = ["iss": "x"]
        for header in [
            ["typ": "dc+sd-jwt"], ["alg": "EdDSA"], ["alg": "EdDSA", "typ": "JWT"],
            ["alg": "EdDSA", "typ": 1], ["alg": "EdDSA", "typ": "dc+sd-jwt", "kid": 1],
            ["alg": "EdDSA", "typ": "dc+sd-jwt", "crit": []],
            ["alg": "EdDSA", "typ": "dc+sd-jwt", "b64": false], [], "EdDSA",
        ] as [JSON] {
            #expect(throws: FormatError.self) {
                try forge.verify(forge.text(header: header, payload: payload))
            }
        }
        for payload in [
            [], "x", 1, ["_sd": "x"], ["_sd": [1]], ["_sd_alg": "sha-512"], ["_sd_alg": 1],
            ["a": ["_sd_alg": "sha-256"]], ["...": "x"], ["a": ["...": "x"]], ["a": [["...": 1]]],
            ["a": [["...": "x", "b": 1]]],
        ] as [JSON] {
            #expect(throws: FormatError.self) { try forge.verify(forge.text(payload: payload)) }
        }
        let good = #"{"alg":"EdDSA","typ":"dc+sd-jwt"}"#
        for payload in [#"{"a":1,"a":2}"#, #"{"a":1.5}"#, #"{"a":1}x"#, "", "{"] {
            #expect(throws: FormatError.self) { try forge.verify(forge.raw(header: good, payload: payload)) }
        }
        for header in [#"{"alg":"none","alg":"EdDSA","typ":"dc+sd-jwt"}"#, "", "{}"] {
            #expect(throws: FormatError.self) { try forge.verify(forge.raw(header: header, payload: "{}")) }
        }
    }

    @Test("The compact form is written in one way") func compactForm() throws {
        let one = Forge.disclosure("salt", "a", 1)
        let good = forge.text(payload: ["_sd": [one.digest]], disclosures: [one.text])
        #expect(try forge.verify(good).claims == ["a": 1])
        let jws = good.split(separator: "~")[0]
        for text in [
            "", "~", "~~", String(jws), String(good.dropLast()), "~" + good, good + "~", good + "x",
            good + "\n",
            "\(jws)~~\(one.text)~", "\(jws)~\(one.text)=~", "\(jws)~\(one.text)~e30.e30.AAAA",
            "\(jws)=~\(one.text)~", "\(jws).~\(one.text)~", " " + good, "\(jws)~ \(one.text)~",
        ] {
            #expect(throws: FormatError.self) { try forge.verify(text) }
        }
    }

    @Test("Disclosures are strict") func disclosuresStrict() {
        let cases: [[JSON]] = [
            [], ["salt"], ["salt", "a", 1, 2], [1, "a", 1], ["salt", 1, 1], ["salt", "_sd", 1],
            ["salt", "...", 1], ["salt", "_sd_alg", 1],
        ]
        for items in cases {
            let text = Base64.url(JSON.array(items).encoded())
            let digest = JSON.string(Base64.url(Hash.sha256(Array(text.utf8)).bytes))
            for payload in [["_sd": [digest]], ["a": [["...": digest]]]] as [JSON] {
                // Two items are an element and only that; every other case is nothing at all.
                #expect(throws: FormatError.self) {
                    try forge.verify(forge.text(payload: payload, disclosures: [text]))
                }
            }
        }
        let object = Base64.url(Array(#"{"salt":"s"}"#.utf8))
        #expect(throws: FormatError.self) {
            try forge.verify(forge.text(payload: [:], disclosures: [object]))
        }
    }

    @Test("A disclosure fits its place or is refused") func disclosureFits() throws {
        let member = Forge.disclosure("salt", "a", 1)
        let element = Forge.disclosure("salt", 1)
        let fits: JSON = ["_sd": [member.digest], "list": [["...": element.digest]]]
        let text = forge.text(payload: fits, disclosures: [member.text, element.text])
        #expect(try forge.verify(text).claims == ["a": 1, "list": [1]])
        let swapped: JSON = ["_sd": [element.digest], "list": [["...": member.digest]]]
        for shown in [[member.text], [element.text]] {
            #expect(throws: FormatError.self) {
                try forge.verify(forge.text(payload: swapped, disclosures: shown))
            }
        }
        // Nothing refers to it.
        #expect(throws: FormatError.self) {
            try forge.verify(forge.text(payload: [:], disclosures: [member.text]))
        }
        // Twice in the text.
        #expect(throws: FormatError.self) {
            try forge.verify(forge.text(payload: fits, disclosures: [member.text, member.text]))
        }
    }

    @Test("A name is taken once") func nameTaken() {
        let one = Forge.disclosure("salt", "a", 1)
        let two = Forge.disclosure("tlas", "a", 2)
        // é composed and decomposed are one name to Swift: refused as one name twice.
        let composed = Forge.disclosure("salt", "caf\u{e9}", 1)
        let decomposed = Forge.disclosure("tlas", "cafe\u{301}", 2)
        for (payload, shown) in [
            (["a": 0, "_sd": [one.digest]], [one.text]),
            (["_sd": [one.digest, two.digest]], [one.text, two.text]),
            (["_sd": [composed.digest, decomposed.digest]], [composed.text, decomposed.text]),
        ] as [(JSON, [String])] {
            #expect(throws: FormatError.self) {
                try forge.verify(forge.text(payload: payload, disclosures: shown))
            }
        }
    }

    @Test("A digest is met once anywhere") func digestMet() {
        let one = Forge.disclosure("salt", "a", 1)
        let element = Forge.disclosure("salt", 1)
        let parent = Forge.disclosure("salt", "p", ["_sd": [one.digest]])
        for (payload, shown) in [
            (["_sd": [one.digest, one.digest]], []),
            (["_sd": ["decoy", "decoy"]], []),
            (["_sd": [one.digest], "b": ["_sd": [one.digest]]], [one.text]),
            (["_sd": [one.digest], "b": ["_sd": [one.digest]]], []),
            (["l": [["...": element.digest], ["...": element.digest]]], [element.text]),
            (["l": [["...": element.digest]], "_sd": [element.digest]], []),
            (["_sd": [one.digest, parent.digest]], [parent.text]),
        ] as [(JSON, [String])] {
            #expect(throws: FormatError.self) {
                try forge.verify(forge.text(payload: payload, disclosures: shown))
            }
        }
    }

    @Test("What would change the rest cannot be withheld") func changeRest() throws {
        for name in ["iss", "nbf", "exp", "cnf", "vct", "status", "credentialStatus", "@context"] {
            let one = Forge.disclosure("salt", .string(name), 1)
            #expect(throws: FormatError.self) {
                try forge.verify(forge.text(payload: ["_sd": [one.digest]], disclosures: [one.text]))
            }
            // Below the top the same word is any field.
            let inner: JSON = ["fields": ["_sd": [one.digest]]]
            let text = forge.text(payload: inner, disclosures: [one.text])
            #expect(try forge.verify(text).claims == ["fields": .object([name: 1])])
        }
    }

    @Test("A child without its parent is refused") func childWithout() throws {
        let content = try ExampleRecord.issue(forge.key).contentWithoutSignature()
        for (index, entry) in content.entries.enumerated() where entry.path.steps.count > 1 {
            let orphan = SDJWT(content.source, disclosures: [content.source.disclosures[index]])
            #expect(throws: FormatError.self) {
                try SDJWT(parsing: orphan.bytes).verify(key: forge.key.publicKey)
            }
        }
    }

    @Test("Times are held against the clock") func timesHeld() throws {
        let text = forge.text(payload: ["exp": 2000, "nbf": 1000])
        let parsed = try SDJWT(parsing: Array(text.utf8))
        for (now, isAccepted) in [(999, false), (1000, true), (1999, true), (2000, false)] as [(Int64, Bool)]
        {
            let found = try? parsed.verify(key: forge.key.publicKey, now: Instant(seconds: now))
            #expect((found != nil) == isAccepted)
        }
        #expect(throws: FormatError.self) { try parsed.verify(key: forge.key.publicKey) }
    }

    @Test("Deep or large texts end in an error") func deepLarge() {
        // Each disclosure holds the next: 200 levels that no single JSON text has.
        var inner = Forge.disclosure("salt", "a", 1)
        var shown = [inner.text]
        for _ in 0..<200 {
            inner = Forge.disclosure("salt", "a", ["_sd": [inner.digest]])
            shown.append(inner.text)
        }
        let payload: JSON = ["_sd": [inner.digest]]
        #expect(throws: FormatError.tooLarge(field: "levels", max: 64)) {
            try forge.verify(forge.text(payload: payload, disclosures: shown))
        }
        #expect(throws: FormatError.tooLarge(field: "disclosures", max: 8192)) {
            try SDJWT(parsing: [UInt8](repeating: UInt8(ascii: "~"), count: 9000))
        }
        #expect(throws: FormatError.tooLarge(field: "sd-jwt", max: 100)) {
            try SDJWT(parsing: [UInt8](repeating: 0, count: 101), byteCountMax: 100)
        }
    }
}
