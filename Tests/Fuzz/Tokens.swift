import HavreCodec
import HavreFormats
import HavreSecrets

/// The readers of SD-JWTs.
extension Parser {
    static let tokens = [
        Parser("sd-jwt", samples: { [try record().bytes] }) { bytes in
            guard let token = try? SDJWT(parsing: bytes) else { return false }
            demand(token.bytes == bytes, "what is read is written again")
            _ = try? token.contentWithoutSignature(now: Instant(seconds: 1_790_000_000))
            guard let content = try? token.verify(key: signer.publicKey) else { return false }
            checkPresentations(of: content)
            return true
        },
        Parser("sd-jwt-signed", samples: { texts(signedSamples) }) { bytes in
            // Header, payload and disclosures of the fuzzer's, signed; `@0` to `@9` is the digest of a disclosure.
            guard let text = signed(bytes.parts) else { return false }
            guard let content = try? SDJWT(parsing: text).verify(key: signer.publicKey) else { return false }
            checkPresentations(of: content)
            return true
        },
        Parser("sd-jwt-issued", samples: { texts([#"{"a":[1,{"b":null}],"c":"d"}"#]) }) { bytes in
            // What may be issued can be read, and says what was issued.
            guard case .object(let members)? = try? JSON(parsing: bytes),
                let token = try? SDJWT.issue(
                    plain: ["iss": "urn:x"], claims: members.mapValues(claim), key: signer)
            else { return false }
            var expected = members
            expected["iss"] = "urn:x"
            guard let content = try? SDJWT(parsing: token.bytes).verify(key: signer.publicKey) else {
                // What is nested too deeply for one text is refused by the reader.
                return false
            }
            demand(content.claims == .object(expected), "what is issued is read")
            checkPresentations(of: content)
            return true
        },
    ]

    static let signer: SigningKey = {
        guard let key = try? SigningKey(seed: SecretBytes(copying: Array(repeating: 1, count: 32))) else {
            fatalError("a key")
        }
        return key
    }()

    private static func record() throws -> SDJWT {
        try SDJWT.issue(
            plain: ["iss": "urn:havre:author:x", "vct": "urn:havre:record:1"],
            claims: [
                "form": .value("statement"),
                "fields": .object(["text": .array([.value("One."), .value("Two.")]), "n": .value(3)]),
            ], key: signer)
    }

    private static func claim(_ json: JSON) -> Claim {
        switch json {
        case .array(let items): .array(items.map(claim))
        case .object(let members): .object(members.mapValues(claim))
        default: .value(json)
        }
    }

    /// Every single claim can be shown and withheld, and each such presentation holds.
    private static func checkPresentations(of content: SDJWTContent) {
        demand(content.entries.count == content.source.disclosures.count, "each disclosure has its place")
        let paths = Set(content.paths)
        guard paths.count == content.paths.count else { fatalError("a path once") }
        for path in content.paths.prefix(6) {
            do throws(FormatError) {
                let shown = try content.presenting([path]).verify(key: signer.publicKey)
                demand(shown[path] != nil, "what is presented is shown")
                let rest = try content.withholding([path]).verify(key: signer.publicKey)
                demand(rest[path] == nil, "what is withheld is not shown")
                demand(Set(rest.paths).isSubset(of: paths), "nothing moves")
            } catch { fatalError("a presentation holds: \(error)") }
        }
        guard let all = try? content.presenting(paths).verify(key: signer.publicKey) else {
            fatalError("all of it is a presentation")
        }
        demand(all.claims == content.claims, "all of it says the same")
    }

    private static func signed(_ parts: [[UInt8]]) -> [UInt8]? {
        guard parts.count >= 2 else { return nil }
        // From the last to the first, so that a disclosure may name those behind it.
        var texts: [String] = []
        for part in parts.dropFirst(2).prefix(10).reversed() {
            let text = Base64.url(named(part, texts.reversed(), from: 10 - texts.count))
            texts.append(text)
        }
        texts.reverse()
        let payload = named(parts[1], texts, from: 10 - texts.count)
        let input = Base64.url(parts[0]) + "." + Base64.url(payload)
        let text = "\(input).\(Base64.url(signer.sign(raw: Array(input.utf8))))~"
        return Array((text + texts.map { $0 + "~" }.joined()).utf8)
    }

    /// Puts the digests of `texts`, the first of which is number `first`, in the place of their numbers.
    private static func named(_ part: [UInt8], _ texts: [String], from first: Int) -> [UInt8] {
        var out: [UInt8] = []
        var place = 0
        while place < part.count {
            if part[place] == UInt8(ascii: "@"), place + 1 < part.count, 0x30...0x39 ~= part[place + 1] {
                let number = Int(part[place + 1] - 0x30) - first
                if texts.indices.contains(number) {
                    out += Base64.url(Hash.sha256(Array(texts[number].utf8)).bytes).utf8
                    place += 2
                    continue
                }
            }
            out.append(part[place])
            place += 1
        }
        return out
    }

    private static let signedSamples = [
        [
            #"{"alg":"EdDSA","typ":"dc+sd-jwt","kid":"k"}"#,
            #"{"iss":"x","_sd_alg":"sha-256","_sd":["@7","@9"],"l":[{"...":"@8"},1]}"#,
            #"["salt","name",{"_sd":[]}]"#, #"["salt",[1,2]]"#, #"["salt","other","v"]"#,
        ].joined(separator: "\0"),
        [
            #"{"alg":"Ed25519","typ":"dc+sd-jwt"}"#, #"{"exp":1900000000,"a":{"_sd":["@8"]}}"#,
            #"["salt","b",[{"...":"@9"},{"...":"x"}]]"#, #"["salt",{"c":null}]"#,
        ].joined(separator: "\0").replacing(#""exp":1900000000,"#, with: ""),
    ]
}
