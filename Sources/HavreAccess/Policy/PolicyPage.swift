extension Policy {
    /// The table as it is published, in Markdown: `POLICY.md` of this room is exactly this text.
    package static var page: String {
        """
        # Who may what

        Written from the tables of the code, which decide; a test compares this page with them. `yes`: the role may.
        `owner`: only on cases that she owns. Inside a case the last column narrows further.

        \(table)

        ## Inside a case

        The owner has every compartment and every right. Everybody else has exactly her grant, to its last day
        included, and `roster` with it; who is no longer at work in the house has nothing. Nobody but staff in these
        roles ever has a place on a case: \(list(StaffRole.allCases.filter(\.worksOnCases))).

        Compartments: \(list(Compartment.allCases)).

        Rights: \(list(Right.allCases)). Every grant holds `read`.

        ## Who signs

        \(signatures)

        No statement bears the signature of somebody else besides. "Second supervisor" is another active supervisor
        for whom two vouched, or the recovery key. While the house has only ever had one supervisor, hers is enough
        to enrol the second. Who was given new keys by a reset stays the same person: she is nobody's second.

        """
    }

    private static var table: String {
        let roles = StaffRole.allCases
        var lines = [
            row(["verb"] + roles.map(\.rawValue) + ["needs besides"]),
            row(Array(repeating: "---", count: roles.count + 2)),
        ]
        for verb in Verb.allCases {
            lines.append(row(["`\(verb.rawValue)`"] + roles.map { cell(verb, $0) } + [needs(verb)]))
        }
        return lines.joined(separator: "\n")
    }

    private static func cell(_ verb: Verb, _ role: StaffRole) -> String {
        guard roles(for: verb).contains(role) else { return "-" }
        return rolesBeyondOwner(for: verb)?.contains(role) == false ? "owner" : "yes"
    }

    private static func needs(_ verb: Verb) -> String {
        if let right = verb.right { return "`\(right.rawValue)` to the compartment" }
        return switch verb {
        case .caseNew: "she becomes the owner"
        case .caseNewFor: "shelter: for a caseworker only"
        case .confirm: "who invited; a supervisor is confirmed by two"
        case .reset: "a supervisor is reset by two"
        case .contactConfirm: "another person than who added"
        default: ""
        }
    }

    private static var signatures: String {
        let rows = [
            ["statement", "signed by"],
            ["---", "---"],
            ["founding of the house", "the first supervisor"],
            ["invitation", "a supervisor; to reset a supervisor, a second supervisor too"],
            ["entry", "the key of the invitation's code, before it expires, and the new key itself"],
            ["confirmation", "the supervisor who invited; of a supervisor, a second supervisor too"],
            ["key of an area of the house", "a supervisor"],
            ["contact, its confirmation, its retirement", list(roles(for: .contactAdd).sorted())],
            ["founding of a case", "its owner, or a supervisor, or shelter staff for a caseworker"],
            ["grant, removal, assignment", list(roles(for: .grant).sorted())],
            ["author key", "the person herself, while she may write, export or refer on the case"],
            ["delivery of secrets", "a supervisor; of a case also shelter staff"],
        ]
        return rows.map(row).joined(separator: "\n")
    }

    private static func row(_ cells: [String]) -> String {
        "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
    }

    private static func list<Word: RawRepresentable<String>>(_ words: [Word]) -> String {
        words.map { "`\($0.rawValue)`" }.joined(separator: " ")
    }
}
