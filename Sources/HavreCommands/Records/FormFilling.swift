import HavreCodec
import HavreForms

/// Asks for the fields of a form one after the other, in the order of the form. Enter leaves a field as it is, `?`
/// explains it, `<` goes back, `.` ends here: a form may be saved incomplete.
struct FormFilling {
    let desk: Desk
    let person: any Person
    let today: Day

    /// What comes of a question; who goes back or ends in the middle of a part that repeats keeps its rows.
    private enum Step { case value(JSON), keep, remove, back(JSON?), end(JSON?) }

    /// The rule that a value of a field breaks, in words; nil when it fits.
    private typealias Check = (_ key: String, _ value: JSON) -> String?

    /// - Parameter values: What is there already; empty for a new record.
    /// - Returns: The fields as `add` sends them.
    func fill(_ form: Form, _ values: JSON = .object([:])) throws(Failure) -> JSON {
        person.show(desk.texts.say("fill.head", ["form": form.label(in: desk.language)]) + "\n")
        let check: Check = { key, value in broken(form, .object([key: value])) }
        return .object(try fill(form.fields, values.object ?? [:], indent: "", check).values)
    }

    private func broken(_ form: Form, _ values: JSON) -> String? {
        do throws(FormError) {
            _ = try form.check(values, today: today)
            return nil
        } catch {
            return error.rule.text(in: desk.language)
        }
    }

    private func fill(
        _ fields: [Field], _ old: [String: JSON], indent: String, _ check: Check
    ) throws(Failure) -> (values: [String: JSON], ended: Bool) {
        var values = old
        var place = 0
        while place < fields.count {
            let field = fields[place]
            switch try step(field, values[field.key], indent, check) {
            case .value(let value): values[field.key] = value
            case .remove: values[field.key] = nil
            case .keep: break
            case .back(let rows):
                values[field.key] = rows ?? values[field.key]
                place = max(0, place - 1)
                continue
            case .end(let rows):
                values[field.key] = rows ?? values[field.key]
                return (values, true)
            }
            place += 1
        }
        return (values, false)
    }

    private func step(
        _ field: Field, _ old: JSON?, _ indent: String, _ check: Check
    ) throws(Failure) -> Step {
        let label = indent + field.label(in: desk.language) + (field.required ? " *" : "")
        if let old {
            let shown = FieldText(desk: desk).lines(field, old, indent: indent + "  ")
            person.show(shown.joined(separator: "\n") + "\n")
        }
        if field.type == .sub { return try rows(field, old, label, indent, check) }
        if field.type == .long || field.type == .sentences {
            return try text(field, old, label, check)
        }
        while true {
            let typed = try desk.answer(person, label + choices(field) + desk.texts.say("mark.colon") + " ")
            switch typed {
            case "": return .keep
            case ".": return .end(nil)
            case "<": return .back(nil)
            case "-" where old != nil: return .remove
            case "?": person.show(explain(field, indent) + "\n")
            default:
                guard let value = read(field, typed) else {
                    person.show(indent + desk.texts.say("fill.unread") + " " + explain(field, "") + "\n")
                    continue
                }
                guard let rule = check(field.key, value) else { return .value(value) }
                person.show(indent + refused(field, rule) + "\n")
            }
        }
    }

    private func refused(_ field: Field, _ rule: String) -> String {
        let name = desk.texts.say("field.named", ["label": field.label(in: desk.language)])
        let text = desk.texts.say("fault.Invalid", ["field": name, "rule": rule])
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// Several lines, ended by a line with a full stop only.
    private func text(
        _ field: Field, _ old: JSON?, _ label: String, _ check: Check
    ) throws(Failure) -> Step {
        person.show(label + " " + desk.texts.say("fill.lines") + "\n")
        let lines = try desk.lines(person, old: Self.plain(old), commands: ["", "-", "<"])
        guard !lines.isEmpty else { return .end(nil) }
        switch lines {
        case [""]: return .keep
        case ["-"]: return .remove
        case ["<"]: return .back(nil)
        default: break
        }
        let value = Self.value(field, lines.joined(separator: "\n"))
        guard let rule = check(field.key, value) else { return .value(value) }
        person.show(refused(field, rule) + "\n")
        return try self.text(field, value, label, check)
    }

    /// A text as it is edited: sentences stand apart.
    static func plain(_ value: JSON?) -> String {
        value?.string ?? (value?.array ?? []).compactMap(\.string).joined(separator: "\n\n")
    }

    /// What was typed on several lines as a value of the field.
    static func value(_ field: Field, _ text: String) -> JSON {
        field.type == .sentences ? .array(Sentences.split(text).map { .string($0) }) : .string(text)
    }

    private func rows(
        _ field: Field, _ old: JSON?, _ label: String, _ indent: String, _ check: Check
    ) throws(Failure) -> Step {
        var rows = old?.array ?? []
        while true {
            let typed = try desk.answer(person, label + " " + desk.texts.say("fill.row") + " ")
            switch typed {
            case "": return rows.isEmpty ? .keep : .value(.array(rows))
            case "<": return .back(rows.isEmpty ? nil : .array(rows))
            case ".": return .end(rows.isEmpty ? nil : .array(rows))
            case "-" where !rows.isEmpty: rows.removeLast()
            default:
                let ofRow: Check = { key, value in check(field.key, [.object([key: value])]) }
                let first = begun(field.sub, typed, ofRow)
                let left = first.isEmpty ? field.sub : Array(field.sub.dropFirst())
                let row = try fill(left, first, indent: indent + "  ", ofRow).values
                if !row.isEmpty { rows.append(.object(row)) }
            }
        }
    }

    /// Who types the name at once instead of `+` has answered the first question of the part.
    private func begun(_ fields: [Field], _ typed: String, _ check: Check) -> [String: JSON] {
        guard typed != "+", let field = fields.first, let value = read(field, typed),
            check(field.key, value) == nil
        else { return [:] }
        return [field.key: value]
    }

    /// What was typed as a value of the field; nil when it is none. Codes may be typed by number or by label.
    func read(_ field: Field, _ typed: String) -> JSON? {
        switch field.type {
        case .int: return Int64(typed).map(JSON.int)
        case .bool: return yesNo(typed).map(JSON.bool)
        case .date: return date(typed).map { .string($0.description) }
        case .code: return code(field, typed).map(JSON.string)
        case .mcode:
            let codes = typed.split(separator: ",").map { code(field, String($0)) }
            return codes.contains(nil) ? nil : .array(codes.compactMap { $0.map(JSON.string) })
        default: return .string(typed)
        }
    }

    private func yesNo(_ typed: String) -> Bool? {
        switch Fold.fold(typed) {
        case "y", "yes", "o", "oui", "true": true
        case "n", "no", "non", "false": false
        default: nil
        }
    }

    /// `2025-11-21`, `21/11/2025`, `21.11.2025`.
    private func date(_ typed: String) -> Day? {
        if let day = try? Day(parsing: typed) { return day }
        let parts = typed.split { $0 == "/" || $0 == "." || $0 == "-" }.compactMap { Int($0) }
        guard parts.count == 3, parts[2] >= 1000 else { return nil }
        return try? Day(year: parts[2], month: parts[1], day: parts[0])
    }

    private func code(_ field: Field, _ typed: String) -> String? {
        guard let list = field.codes else { return nil }
        let wanted = Fold.fold(typed.split(separator: " ").joined(separator: " "))
        if let number = Int(wanted), list.codes.indices.contains(number - 1) { return list.codes[number - 1] }
        if let same = list.codes.first(where: { Fold.fold($0) == wanted }) { return same }
        let fitting = list.codes.filter { Fold.fold(list.label($0, in: desk.language)).hasPrefix(wanted) }
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// The codes of a short list, beside its question; of a longer one how many there are, for `?` lists them.
    private func choices(_ field: Field) -> String {
        guard let codes = field.codes else {
            switch field.type {
            case .bool: return " " + desk.texts.say("fill.yesNo")
            case .date: return " " + desk.texts.say("fill.date")
            default: return ""
            }
        }
        let several = field.type == .mcode ? desk.texts.say("fill.several") : ""
        let all = codes.codes.enumerated().map { "\($0 + 1) \(codes.label($1, in: desk.language))" }
            .joined(separator: ", ")
        if Layout.width(all) <= 60 { return " (" + all + several + ")" }
        let key = field.type == .mcode ? "fill.mcodes" : "fill.codes"
        return codes.codes.count <= 40 ? " " + desk.texts.say(key, ["n": String(codes.codes.count)]) : ""
    }

    private func explain(_ field: Field, _ indent: String) -> String {
        var text = indent + (Labels.of(desk.language).text(.type, field.type.rawValue) ?? "")
        if let codes = field.codes {
            // Countries and languages are too many to list: they are typed.
            if codes.codes.count <= 40 {
                for (number, code) in codes.codes.enumerated() {
                    text += "\n\(indent)  \(number + 1)  \(codes.label(code, in: desk.language))"
                }
            }
        }
        return text
    }
}
