import HavreForms

/// `havre help --card ROLE`: one page to print and pin up, with the commands of a working day of that role.
enum Card {
    /// Which commands a role needs, in the order of a day.
    private static func verbs(_ role: String) -> [String] {
        let day = ["unlock", "lock", "panic"]
        let work = ["case list", "open", "show", "note", "add", "find", "attach", "close"]
        switch role {
        case "supervisor":
            return ["unlock", "case list", "access", "grant", "revoke"]
                + ["staff invite", "staff confirm", "staff reset", "case new", "case assign"]
                + ["contact confirm", "audit log", "audit who-opened", "lock", "panic"]
        case "caseworker":
            return ["unlock", "case list", "case new"] + work.dropFirst()
                + ["night", "view", "history", "edit", "contact add", "lock", "panic"]
        case "legal":
            return ["unlock", "case list", "open", "show", "view", "find", "note", "contact add", "export"]
                + ["verify", "close", "lock", "panic"]
        case "shelter": return ["unlock", "case list", "open", "night", "note", "lock", "panic"]
        case "auditor":
            return ["unlock", "audit log", "audit verify", "audit checkpoint", "audit who-opened", "lock"]
        case "keeper": return ["unlock", "status", "check", "backup", "staff list", "lock"]
        case "trainer": return ["whoami", "forms"] + day
        default: return ["unlock"] + work + day.dropFirst()
        }
    }

    static func text(role: String, _ desk: Desk) -> String {
        let texts = desk.texts
        // A page of A4 has 80 columns and about 60 lines, wherever it is printed from.
        let width = min(desk.screen.columns, 80)
        var lines = [
            desk.screen.strong(
                texts.say("card.head", ["role": Catalogue.roleLabel(role, in: desk.language)])), "",
        ]
        let rows = verbs(role).compactMap { name in VerbTable.verbs.map { $0.row }.first { $0.name == name } }
        lines += Help.columns(
            rows.map { row in
                // What is not given is asked for.
                let operands = row.operands.filter { $0.isRequired || $0 == row.operands.first }
                    .map { Help.placeholder($0.name, texts) }.joined(separator: " ")
                let typed = "havre " + row.name + (operands.isEmpty ? "" : " " + operands)
                return (typed, texts.say("verb." + row.key))
            }, width: width)
        lines += ["", texts.say("card.help"), "", texts.say("card.foot")]
        return lines.flatMap { Layout.wrapped($0, columns: width) }.joined(separator: "\n")
    }
}
