import HavreAccess
import HavreCodec
import HavreStore
import HavreSystem

extension Vault {
    /// How many living people can open all of a case: its owner, the supervisors through custody, whoever was granted
    /// all of it; without who is frozen.
    func waysIn(_ owner: Identifier, _ directory: Directory, _ grants: [CaseLink.Grant]) -> Int {
        let all = Set(Compartment.allCases).subtracting([.roster])
        let granted = grants.filter { $0.until >= today && all.isSubset(of: $0.compartments) }.map(\.person)
        let supervisors = directory.members.values.filter { $0.role == .supervisor }.map(\.person)
        return Set([owner] + supervisors + granted).count { person in
            directory.active(person) != nil && !store.isRestricted(person, in: .house)
        }
    }

    /// Remembers which cases would be lost with one person, for `warnings`.
    func note(waysIn: Int, to caseID: Identifier) {
        house.with { house in
            if waysIn < 2 { house.lonely.insert(caseID) } else { house.lonely.remove(caseID) }
        }
    }
}
