package import HavreCodec

/// Every form, code list and compartment, read once from the files that ship inside the program.
package struct Catalogue: Sendable {
    /// The version of the catalogue; grows when a form, field or code is added. Nothing is ever removed.
    package let version: Int
    /// The forms in the order in which they are offered.
    package let forms: [Form]
    /// The compartments of a case, in the order of KEYS 5.
    package let compartments: [Compartment]
    /// The code lists by name.
    package let lists: [String: CodeList]
    private let positions: [String: Int]

    /// The roles of the house, by the names of the command line.
    package static let roles = [
        "supervisor", "caseworker", "legal", "health", "shelter", "child", "return", "trainer", "auditor",
        "keeper",
    ]

    /// The catalogue of this program. The first use reads it (some milliseconds); safe from every thread.
    package static let shared: Catalogue = {
        do throws(CodecError) { return try Catalogue.load() } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("catalogue: \(error.field): \(error.rule)")
        }
    }()

    /// The form with this id, nil when there is none.
    package func form(_ id: String) -> Form? {
        positions[id].flatMap { Text.sameBytes(forms[$0].id, id) ? forms[$0] : nil }
    }

    /// The compartment with this id, nil when there is none.
    package func compartment(_ id: String) -> Compartment? {
        compartments.first { Text.sameBytes($0.id, id) }
    }

    /// The compartments that a grant to a role proposes, in the order of ``compartments``, without `roster`, which
    /// every grant carries. Empty for roles that work on no case, and for unknown ones.
    package func proposedCompartments(for role: String) -> [String] {
        compartments.filter { $0.roles.contains(role) }.map(\.id)
    }

    /// The name of a role in words.
    package static func roleLabel(_ role: String, in language: Language) -> String {
        Labels.of(language).text(.role, orId: role)
    }

    /// Reads the embedded files.
    /// - Throws: `CodecError` naming the file or the place in it and the rule that it breaks.
    package static func load() throws(CodecError) -> Catalogue {
        var head = try Fields(EmbeddedFiles.json("catalogue"))
        let version = try head.int("version", in: 1...1_000_000)
        let ids = try head.strings("forms", max: 100, each: 40)
        var compartments: [Compartment] = []
        for item in try head.array("compartments", max: 100) { compartments.append(try Compartment(item)) }
        var lists: [String: CodeList] = [:]
        for list in try CodeList.load("codes") + CodeList.load("iso") { lists[list.id] = list }
        let common = try Field.decode(
            head.array("common", max: 20), in: "*", sensitivity: .l1, lists: lists)
        try head.finish()
        var forms: [Form] = []
        for id in ids {
            let form = try Form(EmbeddedFiles.json(id), common: common, lists: lists)
            guard form.id == id else { throw .invalid(field: id, rule: "a file named after its form") }
            forms.append(form)
        }
        let catalogue = Catalogue(
            version: Int(version), forms: forms, compartments: compartments, lists: lists,
            positions: Dictionary(zip(ids, ids.indices), uniquingKeysWith: { first, _ in first }))
        try catalogue.validate()
        return catalogue
    }

    /// What no single file can say about itself.
    private func validate() throws(CodecError) {
        guard positions.count == forms.count, Set(compartments.map(\.id)).count == compartments.count else {
            throw .invalid(field: "catalogue", rule: "ids that differ from each other")
        }
        for form in forms {
            guard let home = compartment(form.compartment), form.roles.allSatisfy(Self.roles.contains),
                lists["form_group"]?.contains(form.group) == true, form.sensitivity <= home.sensitivity
            else { throw .invalid(field: form.id, rule: "a compartment, group and roles that exist") }
            for field in form.fields where field.movesRecord {
                let targets = (field.codes?.codes ?? []).filter {
                    $0 != CodeList.unknown && $0 != CodeList.declined
                }
                guard targets.allSatisfy({ compartment($0) != nil }) else {
                    throw .invalid(field: field.path, rule: "codes that are compartments")
                }
            }
        }
    }
}
