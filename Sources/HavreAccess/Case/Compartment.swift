/// A part of a case with a key of its own: the unit of a grant.
///
/// The raw values are the names used in statements, on the command line and in the forms catalogue.
package enum Compartment: String, CaseIterable, Sendable, Hashable, Comparable {
    /// Who is on the case. Whoever is on a case holds it.
    case roster
    case core, identity, location, night, consent, assessment, risk, asylum, health, psych
    case legal, evidence, network, plan, notes, child

    /// What a grant can name: everything but `roster`, which is always given.
    package static let grantable = allCases.filter { $0 != .roster }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
