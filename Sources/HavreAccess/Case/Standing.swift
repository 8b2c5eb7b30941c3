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

    /// What a grant gives: its compartments, and `roster` with every grant.
    init(_ grant: CaseLink.Grant) {
        self.init(
            isOwner: false, compartments: Set(grant.compartments).union([.roster]), rights: Set(grant.rights))
    }

    package static let owner = Standing(
        isOwner: true, compartments: Set(Compartment.allCases), rights: Set(Right.allCases))

    package func has(_ right: Right, to compartment: Compartment) -> Bool {
        compartments.contains(compartment) && rights.contains(right)
    }
}
