/// Who may what: the one table of roles and verbs, published from here and tested cell by cell.
///
/// A verb that names a compartment is narrowed further by `Standing`: the owner of a case has every
/// compartment, everybody else exactly her grant.
package enum Policy {
    private static let everybody = Set(StaffRole.allCases)
    private static let casework = everybody.filter(\.worksOnCases)

    /// The roles that may use a verb.
    package static func roles(for verb: Verb) -> Set<StaffRole> {
        switch verb {
        case .whoami, .passwd, .lock, .forms, .staffList, .auditVerify, .auditCheckpoint: everybody
        case .check, .backup: [.supervisor, .keeper]
        case .invite, .confirm, .reset, .grant, .revoke, .caseAssign: [.supervisor]
        case .caseNew: [.caseworker]
        case .caseNewFor: [.supervisor, .shelter]
        case .caseList, .caseShow, .caseLabel, .access, .open, .read, .write, .attach, .find, .export:
            casework
        case .caseArchive, .caseReopen: [.caseworker, .supervisor]
        case .contactList: casework
        case .contactAdd: [.caseworker, .legal, .supervisor]
        case .contactConfirm, .contactRetire: [.caseworker, .legal, .supervisor]
        case .auditLog: [.supervisor, .auditor]
        case .whoOpened: casework.union([.auditor])
        }
    }

    /// The roles that may use a verb on cases that are not theirs; all others use it as the case's owner.
    package static func rolesBeyondOwner(for verb: Verb) -> Set<StaffRole>? {
        verb == .whoOpened ? roles(for: .auditLog) : nil
    }

    /// Whether somebody may do this, from her role and, inside a case, from her standing there.
    ///
    /// - Parameters:
    ///   - standing: her place on the case, nil when she has none or the verb names no case.
    ///   - compartment: what the verb touches inside the case; nil asks whether it may touch anything there.
    package static func decide(
        _ verb: Verb, role: StaffRole, standing: Standing? = nil, compartment: Compartment? = nil
    ) -> Decision {
        guard roles(for: verb).contains(role) else { return .refused(.role) }
        if let beyond = rolesBeyondOwner(for: verb), !beyond.contains(role) {
            guard let standing else { return .refused(.notOnTheCase) }
            return standing.isOwner ? .allowed : .refused(.owner)
        }
        guard let right = verb.right else { return .allowed }
        guard let standing else { return .refused(.notOnTheCase) }
        let touched = compartment.map { [$0] } ?? standing.compartments
        return touched.contains { standing.has(right, to: $0) } ? .allowed : .refused(.compartment)
    }
}

/// Yes, or which rule said no.
package enum Decision: Sendable, Equatable {
    case allowed
    case refused(Reason)

    package enum Reason: Sendable, Equatable {
        /// The role never may.
        case role
        /// No owner, no living grant.
        case notOnTheCase
        /// On the case, and only its owner may.
        case owner
        /// On the case, but without that right to that compartment.
        case compartment
    }
}
