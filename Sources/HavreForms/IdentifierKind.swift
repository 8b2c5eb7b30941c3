/// What kind of identifier a value is: decides how it may be written in a text and what a hit of the identifier
/// guard asks for.
package enum IdentifierKind: String, CaseIterable, Sendable {
    /// The person's own given or family name.
    case name
    /// Another name of hers, chosen or given by the network.
    case alias
    /// A birth date.
    case date
    /// The number of a document or a file.
    case number
    case phone
    case email
    /// An account with a bank or a network.
    case account
    /// A street, a postal code.
    case address
    /// A place where she is, receives mail, or must not be.
    case place
    /// A name under which she is called to protect her.
    case codename
    /// Somebody else: a relative, a witness, an interpreter.
    case person
    /// Somebody of the network.
    case network
    /// What the person asked to be kept back, in the words of her consent. No field of a form has this kind.
    case wish

    /// Whether an export that names it always needs a second person: where she is, who she is now, who testifies.
    package var needsSecondPerson: Bool {
        switch self {
        case .address, .place, .codename, .person: true
        case .name, .alias, .date, .number, .phone, .email, .account, .network, .wish: false
        }
    }

    /// Whether `--name-person` discloses it on purpose.
    package var isOwnName: Bool { self == .name }
}
