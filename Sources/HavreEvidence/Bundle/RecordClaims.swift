import HavreFormats
package import HavreSecrets

/// What stands in clear in every signed record, and in whatever else an author key signs.
package enum RecordClaims {
    /// `vct` of a record of any form: which form it is is a disclosure.
    package static let type = "urn:havre:record:1"

    /// `iss` of an author key.
    package static func issuer(_ key: VerifyKey) -> String { "urn:havre:author:" + JWK.thumbprint(key) }
}
