/// What a member of staff is in this house, as her directory entry says.
public enum StaffRole: String, CaseIterable, Sendable, Hashable {
    case supervisor, caseworker, legal, health, shelter, child
    /// Return and reintegration officer (`return` is a word of Swift).
    case returns = "return"
    case trainer, auditor, keeper

    /// May be given compartments of cases. Trainers, auditors and keepers never are.
    public var worksOnCases: Bool {
        switch self {
        case .supervisor, .caseworker, .legal, .health, .shelter, .child, .returns: true
        case .trainer, .auditor, .keeper: false
        }
    }
}

extension StaffRole: Comparable {
    /// In the order of their names, as pages list them.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
