import HavreCodec
import Testing

@testable import HavreForms

@Suite struct LabelTests {
    /// Every label that the catalogue can ask for.
    private func wanted() -> [Labels.Kind: Set<String>] {
        let catalogue = Catalogue.shared
        var wanted: [Labels.Kind: Set<String>] = [
            .compartment: Set(catalogue.compartments.map(\.id)), .role: Set(Catalogue.roles),
            .sensitivity: Set(Sensitivity.allCases.map(\.rawValue)),
            .type: Set(FieldType.allCases.map(\.rawValue)), .form: Set(catalogue.forms.map(\.id)),
            .rule: Set(everyRule.map(\.id)), .code: ["unknown", "declined"],
        ]
        for field in catalogue.forms.flatMap(\.fields) {
            wanted[.field, default: []].formUnion([field.path] + field.sub.map(\.path))
        }
        for list in catalogue.lists.values {
            let own = list.codes.dropLast(2)
            switch list.id {
            case "countries": wanted[.country] = Set(own)
            case "languages": wanted[.language] = Set(own)
            case "currencies": wanted[.currency] = Set(own)
            default: wanted[.code]?.formUnion(own.map { list.id + "." + $0 })
            }
        }
        return wanted
    }

    @Test("No label is missing and none unused", arguments: Language.allCases) func labelMissing(
        _ language: Language
    ) throws {
        let labels = try Labels.load(language)
        for (kind, ids) in wanted() {
            let present = labels.ids(kind)
            #expect(ids.subtracting(present).isEmpty, "missing \(kind) labels in \(language)")
            #expect(present.subtracting(ids).isEmpty, "unused \(kind) labels in \(language)")
        }
    }

    @Test("Labels are trimmed and in NFC", arguments: Language.allCases) func labelsTrimmed(
        _ language: Language
    ) throws {
        let labels = try Labels.load(language)
        for kind in Labels.Kind.allCases {
            for id in labels.ids(kind) {
                let text = try #require(labels.text(kind, id))
                #expect(
                    Text.sameBytes(Text.nfc(text), text) && text.first != " " && text.last != " ", "\(id)")
            }
        }
    }

    @Test("French is a translation and not a copy") func frenchTranslation() throws {
        let (english, french) = (Labels.of(.en), Labels.of(.fr))
        let ids = english.ids(.field)
        let same = ids.filter { english.text(.field, $0) == french.text(.field, $0) }
        #expect(same.count * 5 < ids.count, "words such as Date and Type are the same in both")
        #expect(try form("safe-contact").label(in: .fr) == "Contact sûr")
        #expect(try form("identity").field("given_name")?.label(in: .fr) == "Prénom")
    }

    @Test("Codes have their labels") func codesLabels() throws {
        let lists = Catalogue.shared.lists
        #expect(lists["countries"]?.label("CI", in: .fr) == "Côte d’Ivoire")
        #expect(lists["languages"]?.label("ful", in: .fr) == "Peul")
        #expect(lists["yn"]?.label("declined", in: .fr) == "A préféré ne pas le dire")
        #expect(lists["yn"]?.label("unknown", in: .en) == "Unknown")
        #expect(
            lists["yn"]?.label("perhaps", in: .en) == "perhaps", "a code of another office is its own label")
    }

    @Test("Labels of one list differ") func labelsOne() {
        for language in Language.allCases {
            for list in Catalogue.shared.lists.values {
                let labels = list.codes.map { list.label($0, in: language) }
                #expect(Set(labels).count == labels.count, "\(list.id) in \(language)")
            }
        }
    }

    @Test("The locale chooses the language") func localeChooses() {
        #expect(Language(locale: "fr_FR.UTF-8") == .fr)
        #expect(Language(locale: "fr-CA") == .fr)
        #expect(Language(locale: "FR") == .fr)
        #expect(Language(locale: "C.UTF-8") == .en)
        #expect(Language(locale: "POSIX") == .en)
        #expect(Language(locale: "de_DE") == nil)
        #expect(Language(locale: "french") == nil)
        #expect(Language.preferred(among: [nil, "", "de_DE:fr:en", "en_GB"]) == .fr)
        #expect(Language.preferred(among: [nil, "de_DE"]) == .en)
    }
}

/// One of each rule, for the tests of their words.
let everyRule: [FormRule] = [
    .notAnObject, .unknownField, .null, .empty, .type(.date), .control, .oneLine, .tooLong(7), .tooMany(7),
    .tooBig(7), .atLeast(7), .atMost(7), .unknownCode(list: "yn"), .repeatedCode, .date, .tooEarly, .future,
    .before(path: "case.opened"), .phone, .email, .datetime, .digest, .hidden, .attachment, .required,
]
