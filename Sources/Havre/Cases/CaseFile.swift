import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// One case as the daemon keeps it while somebody has it open: the index of its rows and its verified chain.
final class CaseFile: Sendable {
    let caseID: Identifier
    var area: Area { Area(caseID) }
    let state = Guarded(State())
    /// Held from the building of a change of this case until it stands.
    let writing = Guarded<Void>(())

    struct State {
        var index = CaseIndex()
        var chain: Chain?
        /// Versions whose signature has been checked since the file was opened; the head stands for them.
        var verified: Set<UInt64> = []
    }

    init(_ caseID: Identifier) { self.caseID = caseID }
}

/// A session inside one case, at one moment: everything an act needs to decide and to open.
struct Inside {
    let session: Session
    let file: CaseFile
    let secrets: AreaSecrets
    let directory: Directory
    let chain: Chain
    let index: CaseIndex
    let standing: Standing
    let purpose: String?

    var area: Area { file.area }

    /// - Throws: `HavreError.notGranted`.
    func require(_ verb: Verb, _ compartment: Compartment) throws(HavreError) {
        let decision = Policy.decide(verb, role: session.role, standing: standing, compartment: compartment)
        guard decision == .allowed else { throw .notGranted }
    }

    func allows(_ verb: Verb, _ compartment: Compartment) -> Bool {
        Policy.decide(verb, role: session.role, standing: standing, compartment: compartment) == .allowed
    }
}

extension Vault {
    /// The shared file of a case.
    func file(_ caseID: Identifier) -> CaseFile {
        files.with { files in
            if let file = files[caseID] { return file }
            let file = CaseFile(caseID)
            files[caseID] = file
            return file
        }
    }

    /// Which case bears a code name: known to the daemon only, says nothing about who may see it.
    func caseID(_ code: String) throws(HavreError) -> Identifier? {
        try CodeNames.find(code, in: self)
    }

    /// Reads what is new in a case's area and checks its chain with somebody's secrets.
    ///
    /// - Returns: the secrets with every older one opened, the chain, the index.
    /// - Throws: `HavreError.tampered` when a link is not believed.
    func bring(
        _ file: CaseFile, with secrets: AreaSecrets, _ directory: Directory
    ) throws(HavreError) -> (secrets: AreaSecrets, chain: Chain, index: CaseIndex) {
        let rows = try count(file.area)
        return try file.state.with { state throws(HavreError) in
            while state.index.count < rows {
                let number = state.index.count
                let (row, facts) = try row(number, in: file.area)
                guard let facts else { throw .tampered }
                try state.index.append(facts, row: number, blobs: row.blobs)
            }
            let opened = try secrets.opening(older: state.index.older)
            var chain = state.chain
            while (chain?.count ?? 0) < UInt64(state.index.links.count) {
                let place = state.index.links[Int(chain?.count ?? 0)]
                let statement = try link(
                    place.row, in: file.area, secret: Compartment.roster.rawValue, opened)
                do throws(AccessError) {
                    if chain == nil {
                        chain = try Chain(founding: statement, directory: directory)
                    } else {
                        try chain?.append(statement, directory: directory)
                    }
                } catch { throw .tampered }
            }
            guard let chain, chain.caseID == file.caseID else { throw .tampered }
            state.chain = chain
            return (opened, chain, state.index)
        }
    }

    /// The chain of a case, with secrets of somebody on it.
    func chain(of area: Area, _ secrets: AreaSecrets) throws(HavreError) -> Chain {
        guard let known = house.with({ $0.directory }) else { throw .locked }
        return try bring(file(area.id), with: secrets, known).chain
    }

    /// A session inside a case that it has open.
    ///
    /// - Throws: `notOpen` when it is hers and not open, `notFound` when it is not hers or not there.
    func inside(_ code: String, _ session: Session) throws(HavreError) -> Inside {
        guard let caseID = try caseID(code) else { throw .notFound }
        try reopen(caseID, session)
        guard let open = session.opened.with({ $0.cases[caseID] }) else {
            try readMail(session)
            guard session.opened.with({ $0.ring[caseID] }) != nil,
                !isRestricted(session.person.person, on: caseID)
            else { throw try stranger(caseID, session) }
            throw .notOpen
        }
        return try inside(open.file, open.secrets, purpose: open.purpose, session)
    }

    /// Opens a case again whose secrets were renewed while this session had it open.
    private func reopen(_ caseID: Identifier, _ session: Session) throws(HavreError) {
        guard let was = session.opened.with({ $0.reopening.removeValue(forKey: caseID) }),
            was.until > clock.boot()
        else { return }
        try readMail(session)
        guard let key = try ringKey(caseID, session) else { return }
        let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
        let open = OpenCase(file: file(caseID), secrets: secrets, purpose: was.purpose, until: was.until)
        session.opened.with { $0.cases[caseID] = open }
    }

    /// How a case answers to somebody who is not on it: a supervisor sees its card, nobody else that it is there.
    func stranger(_ caseID: Identifier, _ session: Session) throws(HavreError) -> HavreError {
        let sees = session.role == .supervisor && house.with { $0.custody[caseID] != nil }
        return sees ? .notGranted : .notFound
    }

    /// Checks somebody's place on a case as it is now.
    func inside(
        _ file: CaseFile, _ secrets: AreaSecrets, purpose: String?, _ session: Session
    ) throws(HavreError) -> Inside {
        let directory = try directory(session)
        let person = session.person.person
        guard directory.active(person) != nil, !isRestricted(person, on: file.caseID) else {
            throw try stranger(file.caseID, session)
        }
        let (opened, chain, index) = try bring(file, with: secrets, directory)
        guard let standing = chain.standing(of: person, on: today, in: directory) else {
            throw try stranger(file.caseID, session)
        }
        guard holdsNewest(opened, chain, standing) else { throw .busy }
        return Inside(
            session: session, file: file, secrets: opened, directory: directory, chain: chain, index: index,
            standing: standing, purpose: purpose)
    }

    /// Whether somebody's secrets are those of the chain's newest generations; a box may be on its way.
    private func holdsNewest(_ secrets: AreaSecrets, _ chain: Chain, _ standing: Standing) -> Bool {
        standing.compartments.allSatisfy { compartment in
            guard let sealing = chain.sealings[compartment], let held = secrets.newest[compartment.rawValue],
                held.generation == sealing.generation
            else { return false }
            return secrets.sealings[compartment.rawValue] == sealing
        }
    }

    func isRestricted(_ person: Identifier, on caseID: Identifier) -> Bool {
        store.isRestricted(person, in: Area(caseID)) || store.isRestricted(person, in: .house)
    }
}
