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
        case .whoami, .passwd, .lock, .forms, .auditVerify, .auditCheckpoint, .contactList: everybody
        case .staffList: everybody
        case .check, .backup: [.supervisor, .keeper]
        case .invite, .confirm, .reset, .grant, .revoke, .caseAssign: [.supervisor]
        case .caseNew: [.caseworker]
        case .caseNewFor: [.supervisor]
        case .caseList, .caseShow, .caseLabel, .access, .open, .read, .write, .attach, .find: casework
        case .caseArchive, .caseReopen: [.caseworker, .supervisor]
        case .export: casework
        case .contactAdd: [.caseworker, .legal, .supervisor]
        case .contactConfirm, .contactRetire: [.caseworker, .legal, .supervisor]
        case .auditLog: [.supervisor, .auditor]
        case .whoOpened: casework.union([.auditor])
        }
    }

    /// Whether somebody may do this, from her role and, inside a case, from her standing there.
    ///
    /// - Parameters:
    ///   - standing: her place on the case, nil when she has none or the verb names no case.
    ///   - compartment: what the verb touches inside the case.
    package static func decide(
        _ verb: Verb, role: StaffRole, standing: Standing? = nil, compartment: Compartment? = nil
    ) -> Decision {
        guard roles(for: verb).contains(role) else { return .refused(.role) }
        guard let right = verb.right else { return .allowed }
        guard let standing else { return .refused(.notOnTheCase) }
        guard let compartment else { return .allowed }
        return standing.has(right, to: compartment) ? .allowed : .refused(.compartment)
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
        /// On the case, but without that right to that compartment.
        case compartment
    }
}

/// Somebody's present place on one case, as proven by its chain.
package struct Standing: Sendable, Equatable {
    package let isOwner: Bool
    package let compartments: Set<Compartment>
    package let rights: Set<Right>

    package init(isOwner: Bool, compartments: Set<Compartment>, rights: Set<Right>) {
        self.isOwner = isOwner
        self.compartments = compartments
        self.rights = rights
    }

    package static let owner = Standing(
        isOwner: true, compartments: Set(Compartment.allCases), rights: Set(Right.allCases))

    package func has(_ right: Right, to compartment: Compartment) -> Bool {
        compartments.contains(compartment) && rights.contains(right)
    }
}
