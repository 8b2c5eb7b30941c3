/// Something a person asks the house to do; the rows of the policy table.
package enum Verb: String, CaseIterable, Sendable, Hashable {
    // About oneself and the house.
    case whoami, passwd, lock, forms, staffList = "staff list", check, backup
    // Staff.
    case invite = "staff invite", confirm = "staff confirm", reset = "staff reset"
    // Cases as wholes.
    case caseNew = "case new", caseNewFor = "case new --owner", caseList = "case list"
    case caseShow = "case show", caseLabel = "case label", caseAssign = "case assign"
    case caseArchive = "case archive", caseReopen = "case reopen"
    case access, grant, revoke
    // Inside a case: these also need a right to the compartment.
    case open, read, write, attach, find, export
    // Recipients outside.
    case contactAdd = "contact add", contactList = "contact list", contactConfirm = "contact confirm"
    case contactRetire = "contact retire"
    // Keeping.
    case auditLog = "audit log", auditVerify = "audit verify", auditCheckpoint = "audit checkpoint"
    case whoOpened = "audit who-opened"

    /// The right to a compartment that the verb asks for, beside the role.
    package var right: Right? {
        switch self {
        case .read, .find: .read
        case .write, .attach: .write
        case .export: .redactExport
        default: nil
        }
    }
}
