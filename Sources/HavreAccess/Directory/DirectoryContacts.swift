import HavreCodec
import HavreSecrets

/// What the directory asks of links about contacts outside.
extension Directory {
    mutating func accept(
        _ contact: DirectoryLink.ContactLink, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        let signer = try requireSigner(link, statement, Policy.roles(for: .contactAdd))
        if let old = contacts[contact.contact], !old.isRetired {
            throw .refused(rule: "the contact exists; retire it first")
        }
        contacts[contact.contact] = Contact(
            contact: contact.contact, details: contact.details, statement: statement.digest,
            addedBy: signer.person, confirmedBy: nil, isRetired: false)
    }

    mutating func confirm(
        _ reference: DirectoryLink.ContactReference, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        let signer = try requireSigner(link, statement, Policy.roles(for: .contactConfirm))
        let contact = try living(reference)
        guard contact.confirmedBy == nil else { throw .refused(rule: "the contact is confirmed already") }
        guard human(contact.addedBy) != human(signer.person) else {
            throw .refused(rule: "another person than the one who added a contact confirms it")
        }
        contacts[reference.contact]?.confirmedBy = signer.person
    }

    mutating func retire(
        _ reference: DirectoryLink.ContactReference, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        _ = try requireSigner(link, statement, Policy.roles(for: .contactRetire))
        _ = try living(reference)
        contacts[reference.contact]?.isRetired = true
    }

    /// The contact in the very version that a reference names.
    private func living(_ reference: DirectoryLink.ContactReference) throws(AccessError) -> Contact {
        guard let contact = contacts[reference.contact], contact.statement == reference.statement,
            !contact.isRetired
        else { throw .refused(rule: "there is no such contact") }
        return contact
    }
}
