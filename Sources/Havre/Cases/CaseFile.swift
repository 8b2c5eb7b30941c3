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
    private let writing = Guarded<Void>(())

    struct State {
        var index = CaseIndex()
        var chain: Chain?
        /// Versions whose text and signature have been checked since the file was opened; the head stands for them.
        var verified: [UInt64: Verified] = [:]
    }

    /// What a checked version says of itself beside its row.
    struct Verified {
        /// Digest of the sealed text that was checked: another one is checked again.
        let body: Digest
        let form: String
        let time: Instant
    }

    init(_ caseID: Identifier) { self.caseID = caseID }

    /// Runs `body` while nobody else builds a change of this case. The file is held meanwhile: another one of the same
    /// case would have a lock of its own.
    func alone<Answer>(_ body: () throws(HavreError) -> Answer) throws(HavreError) -> Answer {
        defer { withExtendedLifetime(self) {} }
        return try writing.with { _ throws(HavreError) in try body() }
    }
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
    /// The case's gate generation before any of this was read: what is opened later rests on it.
    let generation: UInt64

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
    func file(_ caseID: Identifier) -> CaseFile { files.with { $0.file(caseID) } }

    /// Which case bears a code name: says nothing about who may see it.
    func caseID(_ code: String, _ session: Session) throws(HavreError) -> Identifier? {
        try CodeNames.find(code, in: self, session)
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
            if state.index.count < rows {
                let new = try storing { () throws(StoreError) in
                    try store.rows(file.area, from: state.index.count)
                }
                for row in new {
                    guard !row.isEmptied else { throw .tampered }
                    try state.index.append(
                        try RowFacts(row.payload), row: state.index.count, blobs: row.blobs)
                }
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

    /// Takes rows that were just written here into the index of a case that somebody has open, as far as they come next:
    /// the next act need not read them back.
    func takeIn(_ rows: [Draft.AddedRow], of caseID: Identifier) {
        guard let file = files.with({ $0.known(caseID) }) else { return }
        file.state.with { state in
            for row in rows where row.number == state.index.count {
                // What does not fit is read by the next act, which says why.
                _ = try? state.index.append(row.facts, row: row.number, blobs: row.blobs)
            }
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
        guard let caseID = try caseID(code, session) else { throw .notFound }
        for _ in 0..<Self.renewalCountMax {
            let before = try generation(of: caseID)
            try reopen(caseID, session)
            guard let open = livingCases(session)[caseID] else {
                // Another call of this session has met newer secrets since.
                if session.opened.with({ $0.reopening[caseID] != nil }) { continue }
                try readMail(session)
                try requirePlace(on: caseID, session)
                throw .notOpen
            }
            do throws(HavreError) {
                return try inside(open.file, open.secrets, purpose: open.purpose, session, open)
            } catch {
                guard error == .busy || error == .tampered else { throw error }
                // Secrets were renewed meanwhile: it is read again with those that came by mail.
                let after = try generation(of: caseID)
                let isRenewed = if before != after { true } else { try isStale(open, session) }
                guard isRenewed else { throw error }
                expel(caseID, from: session)
            }
        }
        throw .busy
    }

    /// The cases that a session has open, without those whose hour is over: their keys are forgotten.
    func livingCases(_ session: Session) -> [Identifier: OpenCase] {
        let now = clock.boot()
        return session.opened.with { state in
            // As a rule none is over, and nothing is copied.
            if state.cases.values.contains(where: { $0.until <= now }) {
                state.cases = state.cases.filter { $0.value.until > now }
            }
            return state.cases
        }
    }

    /// How often an act follows renewals of a case's secrets before it gives up.
    private static let renewalCountMax = 3

    private func generation(of caseID: Identifier) throws(HavreError) -> UInt64 {
        try storing { () throws(StoreError) in try store.area(Area(caseID)) }?.generation ?? 0
    }

    /// Whether a session's mail holds newer secrets than those with which it has a case open.
    private func isStale(_ open: OpenCase, _ session: Session) throws(HavreError) -> Bool {
        try readMail(session)
        guard let key = try ringKey(open.file.caseID, session) else { return true }
        return key.secrets.contains { name, held in
            // A part of the case that she did not have before comes as the first of its secrets.
            guard let known = open.secrets.newest[name] else { return true }
            return held.generation > known.generation
        }
    }

    /// - Throws: `HavreError.notFound`, or `notGranted` to a supervisor, unless the chain gives the person a place now.
    @discardableResult
    func requirePlace(
        on caseID: Identifier, purpose: String? = nil, _ session: Session
    ) throws(HavreError) -> Inside {
        try following(caseID, session) { () throws(HavreError) in
            guard let key = try ringKey(caseID, session), !isRestricted(session.person.person, on: caseID)
            else { throw try stranger(caseID, session) }
            let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
            return try inside(file(caseID), secrets, purpose: purpose, session)
        }
    }

    /// Runs what reads a case with the secrets of a session's ring, again when they were renewed meanwhile: links
    /// and rows of the new generation do not open with the old secrets, which is no tampering.
    func following<Answer>(
        _ caseID: Identifier, _ session: Session, _ body: () throws(HavreError) -> Answer
    ) throws(HavreError) -> Answer {
        for _ in 0..<Self.renewalCountMax {
            // The new secrets came by mail in the same change as the new generation.
            let before = try generation(of: caseID)
            try readMail(session)
            do throws(HavreError) { return try body() } catch {
                guard error == .busy || error == .tampered, try generation(of: caseID) != before else {
                    throw error
                }
            }
        }
        throw .busy
    }

    /// Opens a case again whose secrets were renewed while this session had it open, if they are still hers.
    private func reopen(_ caseID: Identifier, _ session: Session) throws(HavreError) {
        guard let was = session.opened.with({ $0.reopening[caseID] }) else { return }
        try readMail(session)
        var open: OpenCase?
        if was.until > clock.boot(), let key = try ringKey(caseID, session) {
            let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
            open = OpenCase(file: file(caseID), secrets: secrets, purpose: was.purpose, until: was.until)
        }
        // Noted as reopening until it is open: another call of the same session would find neither.
        session.opened.with { state in
            guard state.reopening.removeValue(forKey: caseID) != nil, !state.ended else { return }
            state.cases[caseID] = open
        }
    }

    /// How a case answers to somebody who is not on it: a supervisor sees its card, nobody else that it is there.
    func stranger(_ caseID: Identifier, _ session: Session) throws(HavreError) -> HavreError {
        guard session.role == .supervisor, try custodyRow(of: caseID) != nil else { return .notFound }
        return try directoryOfAny(session).active(session.person.person) != nil ? .notGranted : .notFound
    }

    /// Checks somebody's place on a case as it is now.
    func inside(
        _ file: CaseFile, _ secrets: AreaSecrets, purpose: String?, _ session: Session,
        _ open: OpenCase? = nil
    ) throws(HavreError) -> Inside {
        let generation = try generation(of: file.caseID)
        let directory = try directory(session)
        let person = session.person.person
        guard !isRestricted(person, on: file.caseID) else { throw try stranger(file.caseID, session) }
        let (opened, chain, index) = try bring(file, with: secrets, directory)
        guard let standing = chain.standing(of: person, on: today, in: directory) else {
            throw try stranger(file.caseID, session)
        }
        // The same secrets, the same chain: the answer is the same.
        if open?.checkedHead.with({ $0 }) != chain.head {
            guard holdsNewest(opened, chain, standing) else { throw .busy }
            open?.checkedHead.with { $0 = chain.head }
        }
        return Inside(
            session: session, file: file, secrets: opened, directory: directory, chain: chain, index: index,
            standing: standing, purpose: purpose, generation: generation)
    }

    /// Whether somebody's secrets are those of the chain's newest generations; a box may be on its way.
    private func holdsNewest(_ secrets: AreaSecrets, _ chain: Chain, _ standing: Standing) -> Bool {
        standing.compartments.allSatisfy { compartment in
            guard let sealing = chain.sealings[compartment], let held = secrets.newest[compartment.rawValue],
                held.generation == sealing.generation
            else { return false }
            return secrets.sealing(compartment.rawValue) == sealing
        }
    }

    func isRestricted(_ person: Identifier, on caseID: Identifier) -> Bool {
        store.isRestricted(person, in: Area(caseID)) || store.isRestricted(person, in: .house)
    }
}
