import HavreAccess
public import HavreCodec
import HavreFormats
import HavreForms
import HavreSecrets
import HavreStore

/// A recipient outside the house, as somebody proposes it.
public struct ContactDraft: Sendable {
    /// 1 to 120 characters, one line; what consents and exports call the recipient.
    public let name: String
    /// Where she or he works.
    public let organisation: String
    /// What sort of recipient: `lawyer`, `court`, `police`, `asylum-authority`, `health`, `ngo`, `donor` or `other`.
    public let kind: String
    /// `en` or `fr`: the language of the letter in a bundle.
    public let language: String
    /// `age1...`; nil when the recipient has no key and gets words by telephone.
    public let key: String?
    /// Whether bundles are sealed under a passphrase that is generated, instead of `key`.
    public let passphrase: Bool
    /// How, by whom and over which channel the key was checked.
    public let checked: String?

    /// A contact as somebody typed it; nothing is checked yet.
    public init(
        name: String, organisation: String, kind: String, language: String, key: String?, passphrase: Bool,
        checked: String?
    ) {
        self.name = name
        self.organisation = organisation
        self.kind = kind
        self.language = language
        self.key = key
        self.passphrase = passphrase
        self.checked = checked
    }

    /// Every `kind`.
    public static let kinds = [
        "lawyer", "court", "police", "asylum-authority", "health", "ngo", "donor", "other",
    ]

    /// The details of the statement.
    ///
    /// - Throws: `HavreError.invalid` naming the field.
    func details() throws(HavreError) -> JSON {
        let name = try Self.line(name, "name")
        let organisation = try Self.line(organisation, "organisation")
        // A word of the list, however it is written: "asylum authority", "NGO".
        let kind = Fold.words(kind).joined(separator: "-")
        guard Self.kinds.contains(kind) else {
            throw .invalid(field: "kind", rule: "must be one of: " + Self.kinds.joined(separator: ", "))
        }
        // Page and letter are in English for who reads neither of the catalogue's languages.
        guard (2...3).contains(language.utf8.count), language.utf8.allSatisfy({ 0x61...0x7A ~= $0 }) else {
            throw .invalid(field: "language", rule: "must be a code such as en or fr")
        }
        guard (key != nil) != passphrase else {
            throw .invalid(field: "key", rule: "give a key (age1...) or \"passphrase\": true, one of the two")
        }
        if let key {
            do { _ = try AgeRecipient(parsing: key) } catch {
                throw .invalid(field: "key", rule: "must be an age public key (age1...)")
            }
        }
        var members: [String: JSON] = [
            "name": .string(name), "organisation": .string(organisation), "kind": .string(kind),
            "language": .string(language),
        ]
        if let key { members["key"] = .string(key) } else { members["passphrase"] = true }
        if let checked { members["checked"] = .string(try Self.line(checked, "checked")) }
        return .object(members)
    }

    private static func line(_ text: String, _ field: String) throws(HavreError) -> String {
        let text = Text.nfc(text)
        guard (1...200).contains(text.count), !text.contains(where: \.isNewline), !Fold.words(text).isEmpty
        else {
            throw .invalid(field: field, rule: "must hold 1 to 200 characters on one line")
        }
        try Vault.requireVisible(text, field)
        guard !Text.mixesAlphabets(text) else {
            throw .invalid(field: field, rule: "must not mix letters of two alphabets in one word")
        }
        return text
    }
}

/// A recipient as the directory knows it.
public struct ContactLine: Sendable {
    /// Her number in the directory.
    public let contact: Identifier
    /// What was signed: an object with the fields of `ContactDraft`.
    public let details: JSON
    /// unconfirmed, confirmed or retired
    public let state: String

    /// 1 to 120 characters, one line; what consents and exports call the recipient.
    public var name: String { details["name"]?.string ?? "" }
}

extension Vault {
    /// Adds a recipient; another person confirms it before anything goes there without approval.
    public func addContact(_ draft: ContactDraft, _ session: Session) throws(HavreError) -> Identifier {
        guard Policy.decide(.contactAdd, role: session.role) == .allowed else { throw .notGranted }
        let details = try draft.details()
        return try commitLink(event("contact add", session)) { change, event throws(HavreError) in
            let directory = try self.directory(session)
            guard Self.find(name: draft.name, in: directory) == nil else {
                throw .invalid(field: "name", rule: "is taken by another contact; retire that one first")
            }
            let contact = Random.identifier()
            let matter = DirectoryLink.contact(DirectoryLink.ContactLink(contact: contact, details: details))
            _ = try self.append(matter, to: directory, &change, by: session.person, event.time, session)
            event.contact = details["name"]?.string
            return contact
        }
    }

    /// Another person than the one who added it says that the key is the recipient's.
    public func confirmContact(name: String, _ session: Session) throws(HavreError) -> Identifier {
        try refer(name, .contactConfirm, session) { .contactConfirmation($0) }
    }

    /// Nothing goes to this recipient any more.
    public func retireContact(name: String, _ session: Session) throws(HavreError) -> Identifier {
        try refer(name, .contactRetire, session) { .contactRetirement($0) }
    }

    private func refer(
        _ name: String, _ verb: Verb, _ session: Session,
        _ matter: (DirectoryLink.ContactReference) -> DirectoryLink
    ) throws(HavreError) -> Identifier {
        guard Policy.decide(verb, role: session.role) == .allowed else { throw .notGranted }
        return try commitLink(event(verb.rawValue, session)) { change, event throws(HavreError) in
            let directory = try self.directory(session)
            guard let contact = Self.find(name, in: directory) else { throw .notFound }
            guard verb != .contactConfirm || contact.addedBy != session.person.person else {
                throw .needsApproval("another person than the one who added the contact confirms it")
            }
            let reference = DirectoryLink.ContactReference(
                contact: contact.contact, statement: contact.statement)
            _ = try self.append(
                matter(reference), to: directory, &change, by: session.person, event.time, session)
            event.contact = contact.details["name"]?.string
            return contact.contact
        }
    }

    /// All recipients that are not retired.
    public func contacts(_ session: Session) throws(HavreError) -> [ContactLine] {
        guard Policy.decide(.contactList, role: session.role) == .allowed else { throw .notGranted }
        let directory = try directory(session)
        try log(event("contact list", session))
        return directory.contacts.values.filter { !$0.isRetired }.map { contact in
            ContactLine(
                contact: contact.contact, details: contact.details,
                state: contact.confirmedBy == nil ? "unconfirmed" : "confirmed")
        }.sorted { Text.precedes($0.name, $1.name) }
    }

    /// A living recipient by name or id.
    static func find(_ text: String, in directory: Directory) -> Contact? {
        if let id = try? Identifier(hex: text), let contact = directory.contacts[id] {
            return contact.isRetired ? nil : contact
        }
        return find(name: text, in: directory)
    }

    /// A living recipient by name: names differ when folded.
    private static func find(name: String, in directory: Directory) -> Contact? {
        let key = Fold.key(name)
        return directory.contacts.values.first {
            !$0.isRetired && Fold.key($0.details["name"]?.string ?? "") == key
        }
    }
}
