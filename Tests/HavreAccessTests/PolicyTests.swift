import Foundation
import HavreAccess
import TestSupport
import Testing

/// The table of DESIGN 7 ("Who may what"), written down here a second time and not read from the code.
private let table: [(verb: String, roles: String, needs: String)] = [
    ("whoami", all, ""), ("passwd", all, ""), ("lock", all, ""), ("forms", all, ""), ("staff list", all, ""),
    ("check", "supervisor keeper", ""), ("backup", "supervisor keeper", ""),
    ("staff invite", "supervisor", ""), ("staff confirm", "supervisor", ""),
    ("staff reset", "supervisor", ""),
    ("case new", "caseworker", ""), ("case new --owner", "supervisor shelter", ""),
    ("case list", casework, ""), ("case show", casework, ""), ("case label", casework, ""),
    ("case assign", "supervisor", ""), ("case archive", "caseworker supervisor", ""),
    ("case reopen", "caseworker supervisor", ""),
    ("access", casework, ""), ("grant", "supervisor", ""), ("revoke", "supervisor", ""),
    ("open", casework, ""), ("read", casework, "read"), ("find", casework, "read"),
    ("write", casework, "write"), ("attach", casework, "write"), ("export", casework, "redact-export"),
    ("contact add", "caseworker legal supervisor", ""), ("contact list", casework, ""),
    ("contact confirm", "caseworker legal supervisor", ""),
    ("contact retire", "caseworker legal supervisor", ""),
    ("audit log", "supervisor auditor", ""), ("audit verify", all, ""), ("audit checkpoint", all, ""),
    ("audit who-opened", casework + " auditor", "owner"),
]
private let casework = "supervisor caseworker legal health shelter child return"
private let all = casework + " trainer auditor keeper"

/// A place on a case, as words.
private struct Place {
    let owner: Bool
    let compartments: [String]
    let rights: [String]

    var standing: Standing? {
        guard owner || !compartments.isEmpty else { return nil }
        return owner
            ? .owner
            : Standing(
                isOwner: false, compartments: Set(compartments.compactMap(Compartment.init)),
                rights: Set(rights.compactMap(Right.init)))
    }
}

private let places =
    [Place(owner: false, compartments: [], rights: []), Place(owner: true, compartments: [], rights: [])]
    + [
        ["read"], ["read", "write"], ["read", "redact-export"], ["read", "refer"],
        ["read", "write", "redact-export", "refer"],
    ].flatMap { rights in
        [["roster", "core"], ["roster", "legal", "evidence"], Compartment.allCases.map(\.rawValue)].map {
            Place(owner: false, compartments: $0, rights: rights)
        }
    }

/// What the table says of one cell.
private func isAllowed(
    _ row: (verb: String, roles: String, needs: String), _ role: String, _ place: Place,
    _ compartment: String?
) -> Bool {
    guard row.roles.split(separator: " ").contains(Substring(role)) else { return false }
    switch row.needs {
    case "": return true
    case "owner": return ["supervisor", "auditor"].contains(role) || place.owner
    default:
        if place.owner { return true }
        guard place.rights.contains(row.needs) else { return false }
        return compartment.map(place.compartments.contains) ?? true
    }
}

struct PolicyTests {
    @Test("Every role may do with every verb in every compartment what the table says, from every place")
    func matrix() {
        #expect(Set(table.map(\.verb)) == Set(Verb.allCases.map(\.rawValue)))
        #expect(table.count == Verb.allCases.count)
        #expect(Set(all.split(separator: " ").map(String.init)) == Set(StaffRole.allCases.map(\.rawValue)))
        var cells = 0
        var wrong: [String] = []
        let compartments = [nil] + Compartment.allCases.map(\.rawValue)
        for row in table {
            for role in StaffRole.allCases {
                for place in places {
                    for compartment in compartments {
                        let decision = Policy.decide(
                            Verb(rawValue: row.verb)!, role: role, standing: place.standing,
                            compartment: compartment.flatMap(Compartment.init))
                        cells += 1
                        if (decision == .allowed) != isAllowed(row, role.rawValue, place, compartment) {
                            wrong.append("\(row.verb) \(role) \(place) \(compartment ?? "-"): \(decision)")
                        }
                    }
                }
            }
        }
        #expect(wrong == [])
        #expect(cells == table.count * 10 * places.count * 18)
    }

    @Test("A refusal names its first reason: the role, the place on the case, the compartment")
    func reasons() {
        let reader = Standing(isOwner: false, compartments: [.roster, .core], rights: [.read])
        #expect(Policy.decide(.read, role: .keeper, standing: .owner, compartment: .core) == .refused(.role))
        #expect(Policy.decide(.read, role: .legal, compartment: .core) == .refused(.notOnTheCase))
        #expect(
            Policy.decide(.read, role: .legal, standing: reader, compartment: .legal)
                == .refused(.compartment))
        #expect(Policy.decide(.write, role: .legal, standing: reader) == .refused(.compartment))
        #expect(Policy.decide(.whoOpened, role: .legal, standing: reader) == .refused(.owner))
        #expect(Policy.decide(.whoOpened, role: .legal) == .refused(.notOnTheCase))
    }

    @Test("Trainers, auditors and keepers do nothing inside a case, not even as its owner")
    func outsiders() {
        for role in [StaffRole.trainer, .auditor, .keeper] {
            #expect(!role.worksOnCases)
            for verb in Verb.allCases where verb.right != nil {
                #expect(Policy.decide(verb, role: role, standing: .owner) == .refused(.role))
            }
        }
    }

    @Test("Areas of the house open to supervisors, the audit to auditors too, the directory to everybody")
    func areas() {
        for area in HouseArea.allCases {
            let admitted = Set(StaffRole.allCases.filter(area.admits))
            switch area {
            case .directory: #expect(admitted == Set(StaffRole.allCases))
            case .audit: #expect(admitted == [.supervisor, .auditor])
            case .custody, .office: #expect(admitted == [.supervisor])
            }
        }
    }

    @Test("The published page is the table of the code")
    func page() throws {
        let file = SharedVectors.root.appending(path: "Sources/HavreAccess/POLICY.md")
        // Set once after a change of the table; the page is then committed with it.
        if ProcessInfo.processInfo.environment["HAVRE_WRITE_PAGES"] != nil {
            try Policy.page.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == Policy.page)
    }
}
