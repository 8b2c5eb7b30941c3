import HavreCodec
import HavreForms
import HavreWire

/// A failure in words: what is wrong, where, and what to do now.
struct FailureText {
    let texts: Texts
    let reader: Reader

    /// Who reads it: somebody at a terminal, a file for somebody, or a program.
    enum Reader { case person, file, script }

    /// How much of an id is shown: to a person its first digits, which are all that she has to type.
    private var idLength: Int { reader == .person ? 8 : 32 }

    /// What went wrong, as one sentence or two: what to do next may follow in the same line.
    func message(_ failure: Failure) -> String {
        var values = failure.values
        // What the kernel says, it says in English; so does the daemon.
        if let why = values["why"] { values["why"] = reason(why) }
        if let rule = values["rule"] { values["rule"] = texts.rule(rule) }
        for name in ["operand", "option", "options"] {
            values[name] = values[name].map(arguments)
        }
        var text = texts.say(failure.key ?? "fault." + failure.fault.rawValue, values)
        if failure.fault == .invalid, failure.key == nil {
            let rule = values["rule"] ?? ""
            text = invalid(failure, rule)
        }
        if failure.key == "fail.leak" { return ([text] + spots(failure)).joined(separator: "\n") }
        guard let last = text.last, !".!?…".contains(last) else { return text }
        return text + "."
    }

    /// What to do now.
    func next(_ failure: Failure) -> String {
        var values = failure.values
        if failure.next == "next.withhold" { values["option"] = option(failure) }
        values["verb"] = failure.row?.name
        values["case"] = values["case"] ?? Help.placeholder("CASE", texts)
        values["form"] = failure.form ?? Help.placeholder("FORM", texts)
        return texts.say(nextKey(failure), values)
    }

    /// What is best done next depends on what was asked for.
    private func nextKey(_ failure: Failure) -> String {
        let usual = failure.next ?? "fault." + failure.fault.rawValue + ".next"
        guard let row = failure.row else { return usual }
        let isUsual = failure.next == nil
        let operands = row.operands.map(\.name)
        switch failure.fault {
        case .usage where isUsual || usual == "next.help": return "next.helpVerb"
        case .notGranted where isUsual && !row.isGranted: return "next.role"
        // She need not ask anybody: what she gives herself everybody on the case sees.
        case .notGranted where isUsual && failure.values["role"] == "supervisor": return "next.ownGrant"
        case .needsApproval where isUsual && !operands.contains("CASE"): return "next.supervisor"
        case .notFound where isUsual && operands.contains("RECORD"): return "next.record"
        case .notFound where isUsual && row.namesColleague:
            return operands.contains("CASE") ? "next.caseOrColleague" : "next.colleague"
        case .notFound where isUsual && row.words[0] == "contact": return "next.contact"
        default: return usual
        }
    }

    /// Operands by the names that they have in the help.
    private func arguments(_ names: String) -> String {
        names.split(separator: ", ").map { Help.placeholder(String($0), texts) }.joined(separator: ", ")
    }

    private func reason(_ text: String) -> String {
        texts.has("why." + text) ? texts.say("why." + text) : texts.rule(text)
    }

    private func invalid(_ failure: Failure, _ rule: String) -> String {
        // By the name that it has on the wire and in JSON.
        if reader == .script { return (failure.values["field"] ?? "") + texts.say("mark.colon") + " " + rule }
        // A rule that is a sentence of its own needs no field before it.
        if rule.first?.isUppercase == true { return rule }
        let text = texts.say("fault.Invalid", ["field": field(of: failure), "rule": rule])
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// The field that breaks a rule, as the person knows it.
    private func field(of failure: Failure) -> String {
        let path = failure.values["field"] ?? ""
        // Read out of "is required in {form} before it may leave": there the field is one of that form.
        let rule = RuleTexts.of(.en).find(failure.values["rule"] ?? "")
        if let id = rule?.values["form"] { return field(path, of: id) ?? named(path) }
        if let id = failure.form { return field(path, of: id) ?? named(path) }
        return failure.row.flatMap { argument(path, of: $0) } ?? named(path)
    }

    /// `The field “Identity papers, Number” (documents[1].number)`.
    private func field(_ path: String, of id: String) -> String? {
        guard let form = Catalogue.shared.form(id) else { return nil }
        var fields = form.fields
        var labels: [String] = []
        for step in path.split(separator: ".") {
            let key = step.prefix { $0 != "[" }
            guard let field = fields.first(where: { $0.key == key }) else { return nil }
            labels.append(field.label(in: texts.language))
            fields = field.sub
        }
        guard !labels.isEmpty else { return nil }
        return texts.say("field.labelled", ["label": labels.joined(separator: ", "), "path": path])
    }

    /// The option or operand in which the daemon's parameter was typed.
    private func argument(_ path: String, of row: Row) -> String? {
        let base = String(path.prefix { $0 != "[" && $0 != "." })
        let name = row.name == "export" && base == "contact" ? "for" : base
        if row.options.contains(where: { $0.name == "--" + name }) { return "--" + name }
        // `TEXT|-`: a text, or standard input.
        let operand = row.operands.first { $0.name.split(separator: "|").first == base.uppercased()[...] }
        return operand.map { String(Help.placeholder($0.name, texts).prefix { $0 != "|" }) }
    }

    private func named(_ path: String) -> String {
        switch path {
        case "": texts.say("field.request")
        case "fields": texts.say("field.record")
        default:
            texts.say(
                "field.named",
                ["label": texts.has("column." + path) ? texts.say("column." + path) : path])
        }
    }

    private func list(_ failure: Failure) -> [JSON] { failure.facts["spots"]?.array ?? [] }

    private func spots(_ failure: Failure) -> [String] {
        var lines = list(failure).map { "  " + spot($0) }
        if let more = failure.facts["more"]?.int, more > 0 {
            lines.append("  " + texts.say("leak.more", ["n": String(more)]))
        }
        return lines
    }

    private func spot(_ spot: JSON) -> String {
        guard let record = spot["record"]?.string, let key = spot["field"]?.string else {
            return texts.say("leak.page")
        }
        let form = Catalogue.shared.form(spot["form"]?.string ?? "")
        var fields = form?.fields ?? []
        let labels = key.split(separator: ".").map { step in
            let field = fields.first { $0.key == step }
            fields = field?.sub ?? []
            return field?.label(in: texts.language) ?? String(step)
        }
        var values = [
            "form": form?.label(in: texts.language) ?? "", "record": String(record.prefix(idLength)),
            "field": labels.joined(separator: ", "),
        ]
        guard let n = spot["n"]?.int else { return texts.say("leak.field", values) }
        values["n"] = String(n)
        return texts.say("leak.part", values)
    }

    /// The option that leaves out every spot, to be copied.
    private func option(_ failure: Failure) -> String {
        // What she withholds already stays withheld.
        let given = failure.values["withheld"].map { [$0] } ?? []
        let parts = list(failure).compactMap { spot -> String? in
            guard let record = spot["record"]?.string, let field = spot["field"]?.string else { return nil }
            return record.prefix(idLength) + ":" + field + (spot["n"]?.int.map { ":\($0)" } ?? "")
        }
        return "--withhold "
            + (parts.isEmpty ? texts.say("leak.option") : (given + parts).joined(separator: ","))
    }
}
