package import HavreCodec
package import HavreSecrets

/// The claims of an SD-JWT whose disclosures were all found in their places.
package struct SDJWTContent: Sendable {
    /// One disclosure in its place.
    package struct Entry: Sendable {
        /// Where it stands, as issued.
        package let path: ClaimPath
        /// Its value, further disclosures filled in.
        package let value: JSON
    }

    /// What was read.
    package let source: SDJWT
    /// The claims as disclosed: an object without digests; withheld members and elements are left out.
    package let claims: JSON
    /// One entry for each disclosure of `source`, in the same order.
    package let entries: [Entry]
    /// The elements of disclosed arrays that are withheld (or decoys), in no order. Withheld members cannot be
    /// told from decoys and are not listed.
    package let withheldElements: [ClaimPath]

    /// The paths of what is disclosed, in the order of the text.
    package var paths: [ClaimPath] { entries.map(\.path) }

    /// The disclosed value at a path, nil when there is none.
    package subscript(path: ClaimPath) -> JSON? {
        entries.first { $0.path == path }?.value
    }

    /// A presentation of exactly these claims and the parents they need.
    ///
    /// Throws `malformed` for a path that is not disclosed here: a misspelt path never passes for a choice.
    package func presenting(_ paths: Set<ClaimPath>) throws(FormatError) -> SDJWT {
        try checkKnown(paths)
        var shown: Set<ClaimPath> = []
        for path in paths { shown.formUnion(path.lineage) }
        return select { shown.contains($0) }
    }

    /// A presentation of everything but these claims and all below them; throws as `presenting`.
    package func withholding(_ paths: Set<ClaimPath>) throws(FormatError) -> SDJWT {
        try checkKnown(paths)
        return select { path in path.lineage.allSatisfy { !paths.contains($0) } }
    }

    private func checkKnown(_ paths: Set<ClaimPath>) throws(FormatError) {
        guard paths.isSubset(of: self.paths) else {
            throw .malformed(field: "path", rule: "a disclosed claim")
        }
    }

    private func select(_ isShown: (ClaimPath) -> Bool) -> SDJWT {
        let chosen = zip(source.disclosures, entries).filter { isShown($0.1.path) }.map(\.0)
        return SDJWT(source, disclosures: chosen)
    }
}

extension SDJWT {
    /// Checks the signature and every rule of RFC 9901, section 7.1, and gives the claims.
    ///
    /// Throws `notAuthentic` when `key` did not sign; `malformed` for another type, an unknown `_sd_alg`, a
    /// digest that comes twice, a disclosure that nothing refers to, a name that is reserved or taken. A claim
    /// `exp` or `nbf` is held against `now`; without `now` an SD-JWT with such a claim is refused.
    package func verify(
        key: VerifyKey, type: String = type, now: Instant? = nil
    ) throws(FormatError) -> SDJWTContent {
        guard isSigned(by: key) else { throw .notAuthentic }
        guard header.type == type else { throw .malformed(field: "typ", rule: type) }
        return try contentWithoutSignature(now: now)
    }

    /// The claims, with every check of `verify` but signature and type: for bytes that something else vouches
    /// for, such as a record whose digest stands in a verified head.
    package func contentWithoutSignature(now: Instant? = nil) throws(FormatError) -> SDJWTContent {
        var unpacker = try SDJWTUnpacker(self)
        let claims = try unpacker.unpack(payload)
        try SDJWT.check(claims, now)
        return SDJWTContent(
            source: self, claims: claims, entries: unpacker.entries, withheldElements: unpacker.withheld)
    }

    private static func check(_ claims: JSON, _ now: Instant?) throws(FormatError) {
        for name in ["exp", "nbf"] {
            guard let claim = claims[name] else { continue }
            guard let time = claim.int, let now else {
                throw .malformed(field: name, rule: "a time, and a clock to compare it with")
            }
            guard name == "exp" ? now.seconds < time : now.seconds >= time else { throw .notAuthentic }
        }
    }
}
