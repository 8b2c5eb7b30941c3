import HavreCodec
import HavreSecrets

/// A selectively disclosable JWT (RFC 9901) in compact form, without key binding: `<JWS>~<D1>~...~<Dn>~`.
///
/// Parsing says nothing about authenticity: claims are reached through `verify`, or through
/// `contentWithoutSignature` where something else vouches for the bytes.
package struct SDJWT: Sendable, Equatable {
    /// The most bytes read unless the caller says otherwise.
    package static let byteCountMax = 1 << 20
    /// The most disclosures read.
    package static let disclosureCountMax = 8192
    /// The type of our records, attestations and exports.
    package static let type = "dc+sd-jwt"

    /// The issuer's part: base64url header, payload and signature joined by `.`, as ASCII. It is the same in
    /// every presentation.
    package let jws: [UInt8]
    /// What is disclosed, in the order of the text.
    package let disclosures: [Disclosure]
    /// What the header says about type and key.
    package let header: Header
    let payload: JSON
    private let signature: [UInt8]

    /// The protected header. Parameters other than these and `crit` are ignored.
    package struct Header: Sendable, Equatable {
        /// `typ`.
        package let type: String?
        /// `kid`, for us the thumbprint of the author's key.
        package let keyID: String?
    }

    /// Reads the compact form strictly.
    ///
    /// Throws `tooLarge`, or `malformed` for another algorithm than Ed25519, a header that needs extensions, a
    /// key-binding part, JSON outside the strict subset, or a text that is not its own canonical form.
    package init(parsing bytes: [UInt8], byteCountMax: Int = byteCountMax) throws(FormatError) {
        guard bytes.count <= byteCountMax else { throw .tooLarge(field: "sd-jwt", max: byteCountMax) }
        let parts = bytes.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[parts.count - 1].isEmpty else {
            throw .malformed(field: "sd-jwt", rule: "ends in ~")
        }
        guard parts.count - 2 <= SDJWT.disclosureCountMax else {
            throw .tooLarge(field: "disclosures", max: SDJWT.disclosureCountMax)
        }
        try self.init(
            jws: Array(parts[0]),
            disclosures: parts[1..<(parts.count - 1)].map { part throws(FormatError) in
                try Disclosure(parsing: String(decoding: part, as: UTF8.self))
            })
    }

    /// An issuer's part with disclosures that were parsed before.
    init(jws: [UInt8], disclosures: [Disclosure]) throws(FormatError) {
        let parts = jws.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed(field: "jws", rule: "three parts") }
        self.header = try SDJWT.header(String(decoding: parts[0], as: UTF8.self))
        let payload = try decoding("payload") { () throws(CodecError) in
            try JSON(parsing: Base64.decodeURL(String(decoding: parts[1], as: UTF8.self)))
        }
        guard case .object = payload else { throw .malformed(field: "payload", rule: "an object") }
        let signature = try decoding("signature") { () throws(CodecError) in
            try Base64.decodeURL(String(decoding: parts[2], as: UTF8.self))
        }
        guard signature.count == VerifyKey.signatureByteCount else {
            throw .malformed(field: "signature", rule: "64 bytes")
        }
        self.jws = jws
        self.payload = payload
        self.signature = signature
        self.disclosures = disclosures
    }

    /// What was just issued: not read back.
    init(
        jws: [UInt8], header: Header, payload: JSON, signature: [UInt8], disclosures: [Disclosure]
    ) {
        self.jws = jws
        self.header = header
        self.payload = payload
        self.signature = signature
        self.disclosures = disclosures
    }

    /// The same issuer's part with other disclosures.
    init(_ original: SDJWT, disclosures: [Disclosure]) {
        self.jws = original.jws
        self.header = original.header
        self.payload = original.payload
        self.signature = original.signature
        self.disclosures = disclosures
    }

    /// The compact form, ASCII.
    package var bytes: [UInt8] {
        var bytes = jws
        bytes.append(UInt8(ascii: "~"))
        for disclosure in disclosures {
            bytes.append(contentsOf: disclosure.text.utf8)
            bytes.append(UInt8(ascii: "~"))
        }
        return bytes
    }

    /// The compact form.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether `key` signed the issuer's part.
    func isSigned(by key: VerifyKey) -> Bool {
        guard let dot = jws.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return key.verify(signature, raw: Array(jws[..<dot]))
    }

    private static func header(_ text: String) throws(FormatError) -> Header {
        let json = try decoding("header") { () throws(CodecError) in
            try JSON(parsing: Base64.decodeURL(text), byteCountMax: 4096)
        }
        guard case .object = json else { throw .malformed(field: "header", rule: "an object") }
        // RFC 9864 renames EdDSA over Curve25519 to Ed25519; both name the one algorithm there is here.
        guard let algorithm = json["alg"]?.string, algorithm == "EdDSA" || algorithm == "Ed25519" else {
            throw .malformed(field: "alg", rule: "EdDSA or Ed25519")
        }
        guard json["crit"] == nil, json["b64"] == nil else {
            throw .malformed(field: "header", rule: "no extensions")
        }
        return Header(type: try string(json["typ"], "typ"), keyID: try string(json["kid"], "kid"))
    }

    private static func string(_ json: JSON?, _ field: String) throws(FormatError) -> String? {
        guard let json else { return nil }
        guard let text = json.string else { throw .malformed(field: field, rule: "text") }
        return text
    }
}
