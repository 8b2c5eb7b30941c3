import Foundation
import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre

/// Everything that the library lets somebody do to a case, each with the verb of the policy that it is.
enum Acts {
    struct Act: Sendable {
        let name: String
        let verb: Verb
        /// Throws what the library throws.
        let run: @Sendable (Vault, Target, Session) throws -> Void
    }

    /// A case, one record and one attachment in it, and somebody to give it to.
    struct Target {
        var code: String
        var record: Identifier
        var attachment: Identifier
        var form = "note"
    }

    /// Acts that only read.
    static let reading: [Act] = [
        Act(name: "open", verb: .open) { _ = try $0.open(case: $1.code, purpose: "visit", $2) },
        Act(name: "show", verb: .read) {
            _ = try $0.show(case: $1.code, record: $1.record, version: nil, $2)
        },
        Act(name: "show all", verb: .read) { _ = try $0.show(case: $1.code, record: nil, version: nil, $2) },
        Act(name: "version", verb: .read) {
            _ = try $0.show(case: $1.code, record: $1.record, version: 1, $2)
        },
        Act(name: "history", verb: .read) { _ = try $0.history(case: $1.code, record: $1.record, $2) },
        Act(name: "fetch", verb: .read) {
            _ = try $0.fetch(case: $1.code, attachment: $1.attachment, $2) { _ in }
        },
        Act(name: "find", verb: .find) { _ = try $0.find("arrived", case: $1.code, $2) },
        Act(name: "access", verb: .access) { _ = try $0.access(case: $1.code, $2) },
        Act(name: "card", verb: .caseShow) { _ = try $0.card(case: $1.code, $2) },
        Act(name: "who-opened", verb: .whoOpened) { _ = try $0.whoOpened(case: $1.code, $2) },
        Act(name: "close", verb: .open) { try $0.close(case: $1.code, $2) },
    ]

    /// Acts that change something.
    static let writing: [Act] = [
        Act(name: "label", verb: .caseLabel) { try $0.label(case: $1.code, "mine", $2) },
        Act(name: "add", verb: .write) {
            _ = try $0.add(case: $1.code, form: $1.form, fields: ["summary": "x"], $2)
        },
        Act(name: "edit", verb: .write) {
            _ = try $0.edit(case: $1.code, record: $1.record, fields: ["summary": "y"], $2)
        },
        Act(name: "attach", verb: .attach) {
            _ = try $0.attach(case: $1.code, title: nil, file: try Descriptor.open("/dev/null", [.read]), $2)
        },
        Act(name: "archive", verb: .caseArchive) { _ = try $0.archive(case: $1.code, $2) },
        Act(name: "reopen", verb: .caseReopen) { _ = try $0.reopen(case: $1.code, $2) },
        Act(name: "grant", verb: .grant) {
            let request = GrantRequest(
                name: "Louis", compartments: ["notes"], rights: ["read"], until: nil, purpose: "review")
            _ = try $0.grant(case: $1.code, request, $2)
        },
        Act(name: "revoke", verb: .revoke) { _ = try $0.revoke(case: $1.code, name: "Louis", $2) },
        Act(name: "assign", verb: .caseAssign) {
            try $0.assign(case: $1.code, owner: "Louis", backup: nil, $2)
        },
    ]
}

@Suite(.serialized) struct AccessMatrixTests {
    private struct Office {
        let house: TestHouse
        let sylvie: Session
        let amina: Session
        var people: [StaffRole: Session] = [:]
        let target: Acts.Target
        let nowhere: Acts.Target

        /// A case of Amina's and one colleague of every other role.
        init() throws {
            house = try TestHouse(inMemory: true)
            let vault = house.vault
            sylvie = try house.unlock("Sylvie")
            amina = try house.hire("Amina", "caseworker", by: sylvie)
            _ = try house.hire("Louis", "legal", by: sylvie)
            for role in StaffRole.allCases where role != .supervisor {
                people[role] = try house.hire("New \(role.rawValue)", role.rawValue, by: sylvie)
            }
            let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try vault.open(case: code, purpose: "visit", amina)
            let note = try vault.add(case: code, form: "note", fields: ["summary": "She arrived."], amina)
            let path = house.folder.appendingPathComponent("a.txt").path
            try Data("file".utf8).write(to: URL(fileURLWithPath: path))
            let file = try vault.attach(case: code, title: "t", file: try .open(path, [.read]), amina)
            target = Acts.Target(code: code, record: note.record, attachment: file.attachment)
            nowhere = Acts.Target(
                code: "absent-name-99", record: Identifier.zero, attachment: Identifier.zero)
        }
    }

    @Test("Not yours and not there read the same, for every role and every act")
    func strangers() throws {
        let office = try Office()
        let vault = office.house.vault
        for (role, session) in office.people.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            #expect(try vault.cases(session).isEmpty)
            for act in Acts.reading + Acts.writing {
                if role == .auditor, act.verb == .whoOpened { continue }
                let there = refusal { try act.run(vault, office.target, session) }
                let nowhere = refusal { try act.run(vault, office.nowhere, session) }
                #expect(there == "NotFound", "\(role) \(act.name)")
                #expect(nowhere == there, "\(role) \(act.name)")
            }
        }
    }

    @Test("A supervisor sees cards and who is on a case, and reads nothing without a grant")
    func supervisor() throws {
        let office = try Office()
        let vault = office.house.vault
        #expect(try vault.cases(office.sylvie).map(\.code) == [office.target.code])
        let sees: Set<String> = ["access", "card", "who-opened"]
        for act in Acts.reading + Acts.writing where ![.grant, .revoke, .caseAssign].contains(act.verb) {
            let there = refusal { try act.run(vault, office.target, office.sylvie) }
            if sees.contains(act.name) {
                #expect(there == nil, "\(act.name)")
            } else if act.name == "label" {
                #expect(there == "NotFound" || there == "NotGranted", "\(act.name)")
            } else {
                #expect(there == "NotGranted", "\(act.name)")
            }
            #expect(
                refusal { try act.run(vault, office.nowhere, office.sylvie) } == "NotFound", "\(act.name)")
        }
    }

    @Test("Inside a case everybody may exactly what policy and grant say, for every role and set of rights")
    func granted() throws {
        let office = try Office()
        let vault = office.house.vault
        let grants: [([String], [String])] = [
            (["notes"], ["read"]), (["notes", "evidence"], ["read", "write"]), (["core"], ["read", "write"]),
        ]
        for (role, session) in office.people.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for (compartments, rights) in grants {
                let request = GrantRequest(
                    name: session.name, compartments: compartments, rights: rights, until: nil,
                    purpose: "review")
                guard role.worksOnCases else {
                    #expect(throws: HavreError.self) {
                        try vault.grant(case: office.target.code, request, office.sylvie)
                    }
                    continue
                }
                _ = try vault.grant(case: office.target.code, request, office.sylvie)
                _ = try vault.open(case: office.target.code, purpose: "review", session)
                let standing = Standing(
                    isOwner: false,
                    compartments: Set(compartments.compactMap(Compartment.init)).union([.roster]),
                    rights: Set(rights.compactMap(Right.init)))
                judge(office, session, role, standing)
            }
        }
    }

    private func judge(_ office: Office, _ session: Session, _ role: StaffRole, _ standing: Standing) {
        let vault = office.house.vault
        for act in Acts.reading + Acts.writing where !["archive", "reopen", "close"].contains(act.name) {
            let compartment: Compartment = ["fetch", "attach"].contains(act.name) ? .evidence : .notes
            let isWhole = ["show all", "find", "open", "access", "card", "label"].contains(act.name)
            var may =
                Policy.decide(
                    act.verb, role: role, standing: standing, compartment: isWhole ? nil : compartment)
                == .allowed
            // Only owners, supervisors and auditors learn who opened it.
            if act.verb == .whoOpened { may = false }
            let outcome = refusal { try act.run(vault, office.target, session) }
            if may {
                // /dev/null is no regular file: refused for what it is, not for who asks.
                #expect(outcome == nil || act.name == "attach" && outcome == "Invalid", "\(role) \(act.name)")
            } else {
                #expect(outcome == "NotGranted", "\(role) \(act.name) \(standing.compartments)")
            }
        }
        let shown = (try? vault.show(case: office.target.code, record: nil, version: nil, session)) ?? []
        #expect(
            shown.allSatisfy { standing.has(.read, to: Compartment(rawValue: $0.compartment) ?? .child) },
            "\(role)")
    }
}
