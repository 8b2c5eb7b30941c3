import HavreCodec
import HavreSecrets

/// What the directory asks of links about contacts outside.
extension Directory {
    mutating func accept(
        _ contact: DirectoryLink.ContactLink, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        let signer = try requireSigner(link, statement) { Policy.roles(for: .contactAdd).contains($0.role) }
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
        let signer = try requireSigner(link, statement) {
            Policy.roles(for: .contactConfirm).contains($0.role)
        }
        guard let contact = contacts[reference.contact], contact.statement == reference.statement,
            !contact.isRetired
        else { throw .refused(rule: "there is no such contact") }
        guard contact.addedBy != signer.person else {
            throw .refused(rule: "another person than the one who added a contact confirms it")
        }
        contacts[reference.contact]?.confirmedBy = signer.person
    }

    mutating func retire(
        _ reference: DirectoryLink.ContactReference, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        _ = try requireSigner(link, statement) { Policy.roles(for: .contactRetire).contains($0.role) }
        guard let contact = contacts[reference.contact], contact.statement == reference.statement else {
            throw .refused(rule: "there is no such contact")
        }
        contacts[reference.contact]?.isRetired = true
    }
}
