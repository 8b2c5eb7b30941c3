import HavreCodec
import HavreForms

/// Fills in any form of the catalogue for a generated person: values of the right type and codes of the right
/// list, names and numbers that agree with each other, about two thirds of what may be left out.
struct FormFiller {
    let person: GeneratedPerson
    let today: Day
    var random: SampleRandom

    /// The values of a record; `fixed` are values that other facts decide, null for a field to leave out.
    mutating func fill(_ form: Form, fixed: [String: JSON] = [:]) -> JSON {
        .object(object(form.fields, fixed: fixed, share: 65))
    }

    private mutating func object(
        _ fields: [Field], fixed: [String: JSON] = [:], share: Int
    ) -> [String: JSON] {
        var values = fixed.filter { $0.value != .null }
        for field in fields where !field.movesRecord && fixed[field.key] == nil {
            let isWanted = field.requirement != .never || random.percent(share)
            if isWanted, let value = value(field) { values[field.key] = value }
        }
        // Dates that follow each other: the later one is moved to the earlier.
        for field in fields {
            guard let other = field.notBefore, let earlier = values[other]?.string,
                let later = values[field.key]?.string, later < earlier
            else { continue }
            values[field.key] = .string(earlier)
        }
        return values
    }

    private mutating func value(_ field: Field) -> JSON? {
        if let kind = field.identifying, field.type != .sub, field.type != .ref {
            return identifier(kind, field).map { .string($0) }
        }
        switch field.type {
        case .text, .long: return text(field).map { .string($0) }
        case .date: return .string(day(past: field.isPast).description)
        case .int:
            let span = min(field.range.upperBound - field.range.lowerBound, 39)
            return .int(field.range.lowerBound + Int64(random.from(0...Int(span))))
        case .bool: return .bool(random.percent(50))
        case .code: return codes(field, 1).first
        case .mcode: return .array(codes(field, random.from(1...3)))
        case .sentences: return .array(person.statement(&random).map { .string($0) })
        // References and files name things of the vault, which a value cannot know.
        case .ref: return field.requirement == .never ? nil : .string(person.recipient)
        case .file: return nil
        case .sub:
            var rows: [JSON] = []
            for _ in 0..<min(random.from(1...3), field.entryCountMax) {
                let row = object(field.sub, share: 75)
                if !row.isEmpty { rows.append(.object(row)) }
            }
            return rows.isEmpty ? nil : .array(rows)
        }
    }

    private mutating func codes(_ field: Field, _ count: Int) -> [JSON] {
        guard let list = field.codes else { return [] }
        if random.percent(4) { return [.string(CodeList.unknown)] }
        switch list.id {
        case "languages": return [.string(random.one(of: ["fra", "eng", person.region.language]))]
        case "countries": return [.string(random.one(of: ["FR", person.region.country]))]
        case "currencies": return ["EUR"]
        default: break
        }
        let offered = list.codes.filter { $0 != CodeList.unknown && $0 != CodeList.declined }
        return random.some(count, of: offered).map { .string($0) }
    }

    private mutating func identifier(_ kind: IdentifierKind, _ field: Field) -> String? {
        let words = Vocabulary.shared
        switch kind {
        case .name:
            switch field.key {
            case "given_name": return person.given
            case "family_name": return person.family
            case "middle_name": return nil
            default: return person.given + " " + person.family
            }
        case .alias: return person.alias
        case .date: return person.birthdate.description
        case .number: return "\(random.one(of: ["A", "C", "K", "T"]))\(random.from(10_000_000...99_999_999))"
        case .phone:
            return field.path.contains("unsafe") ? person.networkPhone : person.safePhone
        case .email: return "boite\(random.from(100...999))@courrier.example"
        case .account: return "FR76\(random.from(100_000_000...999_999_999))"
        case .address: return field.characterCountMax < 40 ? "99\(random.from(100...999))" : person.street
        case .place: return random.one(of: [person.place, person.town])
        case .codename: return person.codename
        case .person: return random.percent(50) ? person.helper : random.one(of: words.helpers)
        case .network: return person.network
        case .wish: return nil
        }
    }

    private mutating func text(_ field: Field) -> String? {
        guard let texts = Vocabulary.shared.texts[person.language] else { return nil }
        switch field.shape {
        case .phone: return GeneratedPerson.phone(&random)
        case .email: return "boite\(random.from(100...999))@courrier.example"
        case .datetime: return "\(day(past: true))T\(random.from(10...18)):\(random.from(10...59))"
        // A digest is that of something, which a value has not.
        case .digest: return nil
        case .visible, nil: break
        }
        let pool = field.type == .long ? texts.long : texts.texts[field.key] ?? texts.texts["other"] ?? []
        let text = random.one(of: pool)
        return text.unicodeScalars.count <= field.characterCountMax ? text : nil
    }

    private mutating func day(past: Bool) -> Day {
        let days = today.epochDays - person.ended.epochDays
        let since = person.ended.adding(days: random.from(0...max(days, 0)))
        return past ? since : today.adding(days: random.from(1...300))
    }
}
