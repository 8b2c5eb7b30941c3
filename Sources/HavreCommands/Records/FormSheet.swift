import HavreCodec
import HavreForms
import HavreWire

/// A whole form as a text for the person's editor: `key: value` a line, long texts indented below their key.
struct FormSheet {
    let form: Form
    let filling: FormFilling

    private var desk: Desk { filling.desk }

    /// Lets her fill in the sheet, again while something in it does not fit and she wants to.
    /// - Parameter check: Throws what is wrong with the values.
    func edit(_ old: JSON, _ check: (JSON) throws(Failure) -> Void) throws(Failure) -> JSON {
        var text = sheet(old)
        while true {
            text = try Editor(desk: desk).edit(text)
            do throws(Failure) {
                let values = try read(text, old)
                try check(values)
                return values
            } catch {
                filling.person.show(desk.texts.message(error) + "\n")
                guard try desk.agrees(filling.person, "fill.backToEditor") else { throw error }
            }
        }
    }

    func sheet(_ old: JSON) -> String {
        var lines = desk.texts.say("fill.sheet", ["form": form.label(in: desk.language)])
            .split(separator: "\n").map { "# " + $0 }
        for field in form.fields {
            lines.append("")
            lines.append("# " + field.label(in: desk.language) + (field.required ? " *" : "") + codes(field))
            if field.type == .sub {
                let count = old[field.key]?.array?.count ?? 0
                lines.append("# " + desk.texts.say("fill.notHere", ["n": String(count)]))
            } else if field.type == .long || field.type == .sentences {
                lines.append(field.key + ":")
                let plain = FormFilling.plain(old[field.key])
                if !plain.isEmpty {
                    lines += plain.split(separator: "\n", omittingEmptySubsequences: false).map {
                        "    " + $0
                    }
                }
            } else {
                lines.append(field.key + ": " + short(old[field.key]))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func codes(_ field: Field) -> String {
        guard let codes = field.codes, codes.codes.count <= 40 else { return "" }
        return desk.texts.say("mark.colon") + " " + codes.codes.joined(separator: ", ")
    }

    private func short(_ value: JSON?) -> String {
        switch value {
        case .bool(let yes): yes ? "true" : "false"
        case .int(let number): String(number)
        case .array(let items): items.compactMap(\.string).joined(separator: ", ")
        default: value?.string ?? ""
        }
    }

    /// The values of a sheet; groups of rows, which do not stand in it, stay as they were.
    /// - Throws: `Invalid` naming the field.
    func read(_ text: String, _ old: JSON) throws(Failure) -> JSON {
        var values = (old.object ?? [:]).filter { key, _ in form.fields.first { $0.key == key }?.type == .sub
        }
        var current: (field: Field, lines: [String])?
        func finish() throws(Failure) {
            guard let (field, lines) = current else { return }
            let text = Self.trimmed(lines)
            guard !text.isEmpty else { return }
            guard field.type != .long, field.type != .sentences else {
                values[field.key] = FormFilling.value(field, text)
                return
            }
            guard let value = filling.read(field, text) else {
                throw Failure(
                    .invalid, "fill.wrong", ["field": field.label(in: desk.language)], next: "next.form")
            }
            values[field.key] = value
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.hasPrefix("#") {
            if line.first?.isWhitespace ?? true {
                current?.lines.append(String(line.drop { $0.isWhitespace }))
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let field = form.fields.first { $0.key == parts[0] && $0.type != .sub }
            guard let field, parts.count == 2 else {
                // By its number: the line may hold what she wrote.
                throw Failure(.invalid, "fill.noField", ["n": String(number + 1)], next: "next.form")
            }
            try finish()
            current = (field, [String(parts[1].drop { $0.isWhitespace })])
        }
        try finish()
        return .object(values)
    }

    /// Lines without the empty ones around them.
    private static func trimmed(_ lines: [String]) -> String {
        var lines = lines[...]
        while lines.first == "" { lines.removeFirst() }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
