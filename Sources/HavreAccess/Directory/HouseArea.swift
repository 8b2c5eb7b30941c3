/// An area of the house itself, addressed like a case. Its members follow from their role.
package enum HouseArea: String, CaseIterable, Sendable, Hashable {
    /// Who works here: entries, contacts, public halves of the areas.
    case directory = "@directory"
    /// What was done: opens the bodies of the ledger.
    case audit = "@audit"
    /// The newest secrets of all cases with t = 1.
    case custody = "@custody"
    /// Requests, alarms and what is pending, for supervisors.
    case office = "@office"

    /// Whether somebody in this role holds the secret of the area.
    package func admits(_ role: StaffRole) -> Bool {
        switch self {
        case .directory: true
        case .audit: role == .supervisor || role == .auditor
        case .custody, .office: role == .supervisor
        }
    }
}
