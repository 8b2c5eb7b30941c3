import HavreCodec
import HavreForms

/// The night sheet as somebody reads it at two o'clock in the morning, woken up, with somebody at the door: what to do
/// first, in the order in which it is needed, without anything that is not filled in.
struct NightSheet {
    let desk: Desk
    let record: ShownRecord

    /// The blocks of the sheet and the fields in each.
    private static let blocks = [
        ("night.now", ["threat", "suicide_alert", "medical_alert"]),
        ("night.happens", ["if_visitor", "if_call", "if_absence", "if_crisis"]),
        ("night.speaking", ["language", "dialect_risk", "interpreter_to_avoid", "safe_contact"]),
    ]

    func text(_ caseName: String) -> String {
        let texts = desk.texts
        let fields = record.fields
        let code = Text.escapedForTerminal(fields["code"]?.string ?? "")
        let known = Text.escapedForTerminal(caseName)
        var lines = [desk.screen.strong(code.isEmpty || code == known ? known : code + "   " + known)]
        lines += block("night.call", calls())
        for (key, names) in Self.blocks { lines += block(key, answers(names)) }
        lines += [
            "", texts.say("night.written", ["name": record.author, "time": desk.moments.time(record.time)]),
        ]
        return lines.joined(separator: "\n")
    }

    private func block(_ key: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", desk.screen.strong(desk.texts.say(key))] + lines.map { "  " + $0 }
    }

    /// Whom to call, in which order.
    private func calls() -> [String] {
        (record.fields["call_order"]?.array ?? []).enumerated().map { number, row in
            let phone = Text.escapedForTerminal(row["phone"]?.string ?? "")
            return "\(number + 1)  " + phone + "   " + Text.escapedForTerminal(row["name"]?.string ?? "")
        }
    }

    private func answers(_ names: [String]) -> [String] {
        guard let form = Catalogue.shared.form("night") else { return [] }
        return names.flatMap { name -> [String] in
            guard let value = record.fields[name] else { return [] }
            let text = FieldText(desk: desk).lines(.object([name: value]), form: form)
            return text.map { String($0.drop { $0 == " " }) }
        }
    }
}
