/// What a grant allows inside its compartments.
package enum Right: String, CaseIterable, Sendable, Hashable, Comparable {
    case read, write
    /// Prepare and export redacted evidence.
    case redactExport = "redact-export"
    /// Send a sealed referral to a partner.
    case refer

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
