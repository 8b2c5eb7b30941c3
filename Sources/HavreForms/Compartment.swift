import HavreCodec

/// A part of a case with its own key: the unit of a grant (KEYS 5).
package struct Compartment: Sendable {
    /// Its name in grants and commands.
    package let id: String
    /// The highest sensitivity of what lies in it.
    package let sensitivity: Sensitivity
    /// The roles that normally need it, from the role lists of the forms; a grant to them proposes it.
    /// `roster` names none because every grant carries it.
    package let roles: [String]

    /// Its name in words.
    package func label(in language: Language) -> String { Labels.of(language).text(.compartment, orId: id) }

    init(_ json: JSON) throws(CodecError) {
        var fields = try Fields(json, at: "compartments")
        id = try fields.string("id", max: 40)
        sensitivity = try fields.choice("sensitivity", of: Sensitivity.self)
        roles = try fields.strings("roles", max: 20, each: 20)
        try fields.finish()
        guard roles.allSatisfy(Catalogue.roles.contains) else {
            throw .invalid(field: "compartments." + id, rule: "roles of the house")
        }
    }
}
