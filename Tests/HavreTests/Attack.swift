import Foundation
import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre

/// A clock that a test moves.
final class TestClock: Sendable {
    private let seconds = Guarded<Int64>(1_790_000_000)
    private let running = Guarded<Int64>(1_000)

    var clock: Clock {
        Clock(now: { self.seconds.with { $0 } }, boot: { self.running.with { $0 } })
    }

    func advance(seconds count: Int64) {
        seconds.with { $0 += count }
        running.with { $0 += count }
    }

    /// Somebody sets the wall clock, forward or back; the machine runs on.
    func set(by count: Int64) { seconds.with { $0 += count } }
}

/// A day's work with words that stand nowhere else, so that each of them can be looked for.
struct RichDay {
    let house: TestHouse
    /// Everything that somebody typed or that the house made up for people to read.
    private(set) var words: Set<String> = []
    private(set) var code = ""
    private(set) var statement = Identifier.zero
    private(set) var note = Identifier.zero
    private(set) var attachment = Identifier.zero
    private(set) var sylvie: Session
    private(set) var amina: Session
    private(set) var louis: Session

    /// A caseworker's case with a record in every form, an attachment, a label, an edit, a grant to the legal adviser
    /// that is taken back, and two new passphrases.
    init(_ house: TestHouse, supervisor: String = "Sylvie") throws {
        self.house = house
        let vault = house.vault
        sylvie = try house.unlock(supervisor)
        amina = try house.hire("Aminata-Zélie", "caseworker", by: sylvie)
        louis = try house.hire("Ludovic-Anselme", "legal", by: sylvie)
        words = [
            supervisor, "Aminata-Zélie", "Ludovic-Anselme", "Maison d'essai", "aminata-zélie phrase",
            "caseworker", "supervisor", "legal adviser", "staff invite", "WrongPassphrase", "placement",
        ]
        code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        words.insert(code)
        try vault.label(case: code, "Étiquette-Zanzibar", amina)
        words.insert("Étiquette-Zanzibar")
        _ = try vault.open(case: code, purpose: "placement", amina)
        for form in Catalogue.shared.forms { try fill(form) }
        try attach()
        _ = try vault.find("canariétextnote", case: code, amina)
        words.insert("canariétextnote")
    }

    private mutating func fill(_ form: Form) throws {
        var filler = Filler(form: form.id)
        let fields = filler.object(form.fields, moving: false)
        words.formUnion(filler.words)
        let written = try house.vault.add(case: code, form: form.id, fields: fields, amina)
        if form.id == "statement" { statement = written.record }
        if form.id == "note" { note = written.record }
    }

    private mutating func attach() throws {
        let text = "Contenu-Confidentiel-Baobab"
        let path = house.folder.appendingPathComponent("piece.txt").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        attachment = try house.vault.attach(
            case: code, title: "Titre-Passeport-Kalahari", file: try Descriptor.open(path, [.read]), amina
        ).attachment
        words.formUnion([text, "Titre-Passeport-Kalahari"])
    }

    /// The same day after a restart.
    mutating func resume(sylvie: Session, amina: Session, louis: Session) {
        self.sylvie = sylvie
        self.amina = amina
        self.louis = louis
    }

    /// What happens later in the day: rows are replaced, secrets renewed, passphrases changed.
    mutating func goOn() throws {
        let vault = house.vault
        _ = try vault.edit(
            case: code, record: note, fields: ["summary": "Résumé-Corrigé-Okapi"], amina)
        words.insert("Résumé-Corrigé-Okapi")
        _ = try vault.grant(
            case: code,
            GrantRequest(
                name: "Ludovic-Anselme", compartments: ["evidence", "notes"], rights: ["read", "write"],
                until: nil, purpose: "Motif-Girafe"),
            sylvie)
        words.insert("Motif-Girafe")
        _ = try vault.open(case: code, purpose: "appeal", louis)
        _ = try vault.show(case: code, record: statement, version: nil, louis)
        _ = try vault.revoke(case: code, name: "Ludovic-Anselme", sylvie)
        try vault.passwd(
            old: SecretBytes(copying: Array("ludovic-anselme phrase".utf8)),
            new: SecretBytes(copying: Array("nouvelle-phrase-Tapir".utf8)), keyFile: nil, newKeyFile: nil,
            louis)
        words.formUnion(["ludovic-anselme phrase", "nouvelle-phrase-Tapir"])
        #expect(throws: HavreError.wrongPassphrase) {
            try house.vault.unlock(
                name: "Intrus-Inconnu", passphrase: SecretBytes(copying: Array("essai-raté-Lynx".utf8)),
                keyFile: nil)
        }
        words.formUnion(["Intrus-Inconnu", "essai-raté-Lynx"])
    }
}

/// Values for every field of a form, each text of which is unique.
struct Filler {
    let form: String
    private(set) var words: Set<String> = []

    init(form: String) { self.form = form }

    mutating func object(_ fields: [Field], moving: Bool) -> JSON {
        var members: [String: JSON] = [:]
        for field in fields where moving || !field.movesRecord {
            members[field.key] = value(field)
        }
        return .object(members)
    }

    private mutating func word(_ field: Field) -> String {
        let word =
            "Canarié\(field.type.rawValue)\(form) \(field.path.replacingOccurrences(of: ".", with: "-"))"
        words.insert(word)
        return word
    }

    private mutating func value(_ field: Field) -> JSON? {
        switch field.type {
        case .text where field.shape == .phone: remember("+33 6 99 88 77 66")
        case .text where field.shape == .email: remember("canari@exemple.invalid")
        case .text where field.shape == .datetime: remember("2026-01-17T08:43")
        case .text where field.shape == .digest: remember(String(repeating: "5a3c", count: 16))
        case .text: .string(String(word(field).prefix(field.characterCountMax)))
        case .long: .string(word(field))
        case .date: remember("2026-01-17")
        case .int: .int(field.range.lowerBound)
        case .bool: .bool(true)
        case .code: field.key == "risk_level" ? "low" : (field.codes?.codes.first).map { .string($0) }
        case .mcode: .array((field.codes?.codes.prefix(2) ?? []).map { .string($0) })
        case .sentences: .array([.string(word(field) + " un."), .string(word(field) + " deux.")])
        case .ref: .string(word(field))
        case .file: nil
        case .sub: .array([object(field.sub, moving: true)])
        }
    }

    private mutating func remember(_ text: String) -> JSON {
        words.insert(text)
        return .string(text)
    }
}

/// What somebody reads of a case, in a form that can be compared.
func reading(_ vault: Vault, _ code: String, _ session: Session) throws -> [String] {
    try vault.show(case: code, record: nil, version: nil, session).map {
        "\($0.record.hex) \($0.version) \($0.form) \($0.author) \($0.text)"
    }.sorted()
}

/// Which error of the library a call ended with, nil when it went well.
func refusal(_ act: () throws -> Void) -> String? {
    do {
        try act()
        return nil
    } catch let error as HavreError {
        return error.name
    } catch { return "\(error)" }
}

/// Runs a body on as many threads as it says, at once, whatever the number of cores.
func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let running = DispatchGroup()
    for index in 0..<count {
        running.enter()
        let thread = Thread {
            body(index)
            running.leave()
        }
        thread.stackSize = 2 << 20
        thread.start()
    }
    running.wait()
}
