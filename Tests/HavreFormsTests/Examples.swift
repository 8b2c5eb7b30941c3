import HavreCodec

@testable import HavreForms

/// The day on which the tests take place.
let testDay = Day(epochDays: 20_779)  // 2026-11-22

/// A record of the form with every field filled in.
func fullExample(of form: Form) -> JSON {
    .object(Dictionary(uniqueKeysWithValues: form.fields.map { ($0.key, example(of: $0)) }))
}

private func example(of field: Field) -> JSON {
    switch field.type {
    case .text, .ref:
        switch field.shape {
        case .phone: "+33 6 12 34 56 78"
        case .email: "amina@example.org"
        case .datetime: "2026-11-12T14:30"
        case .digest: .string(String(repeating: "ab", count: 32))
        case .visible, nil: "Élodie N'Diaye"
        }
    case .long: "Première ligne\nDeuxième ligne"
    case .date: "2026-11-12"
    case .int: .int(max(1, field.range.lowerBound))
    case .bool: true
    case .code: .string(field.codes?.codes.first ?? "")
    case .mcode: .array((field.codes?.codes ?? []).prefix(2).map(JSON.string))
    case .sentences: ["Je suis née à Kayes.", "Il m'a dit : « Tais-toi ! »"]
    case .file: "00112233445566778899aabbccddeeff"
    case .sub:
        .array([
            .object(Dictionary(uniqueKeysWithValues: field.sub.map { ($0.key, example(of: $0)) }))
        ])
    }
}

/// The form with this id; the tests name only forms that exist.
func form(_ id: String) throws -> Form {
    struct NoSuchForm: Error { let id: String }
    guard let form = Catalogue.shared.form(id) else { throw NoSuchForm(id: id) }
    return form
}
