import Havre
import HavreCodec
import HavreForms
import HavreLedger
import HavreSecrets
import HavreWire

/// Whether a client goes on with a vault that was restored since it saw it last: only after six words.
extension Conversation {
    /// Compares the era of the log that a server names with the one that is remembered.
    /// - Returns: whether it is a later one, which the person has accepted; what was remembered is rewritten then.
    /// - Throws: `RolledBack` for an older era, and for a later one that is not accepted.
    func goesOn(
        _ said: PinnedServer, known: PinnedServer?, _ memory: borrowing VaultMemory
    ) throws(Failure) -> Bool {
        let seen = try memory.checkpoint(said.fingerprint)
        let mine = known?.fingerprint == said.fingerprint ? known?.logKey : nil
        let remembered = [mine, seen?.origin].compactMap { $0 }.compactMap(Era.number(ofOrigin:))
        guard let before = remembered.max(), let now = said.logKey.flatMap(Era.number(ofOrigin:)),
            before != now
        else { return false }
        guard now > before else { throw LogCheck.rolledBack }
        let eras = try eras(from: before, to: now, said, oldLog: mine)
        try compareWords(eras)
        try rewrite(memory, seen, eras, said)
        return true
    }

    /// The statements of every restore since, each following the one before and the last naming this server's keys.
    private func eras(
        from before: UInt32, to now: UInt32, _ said: PinnedServer, oldLog: String?
    ) throws(Failure) -> [Era] {
        let reply = try ask("Eras").parameters
        do {
            var fields = try Fields(reply)
            let all = try fields.strings("eras").map { try Era(Base64.decodeURL($0)) }
            let later = all.filter { $0.number > before }
            var log = oldLog
            for (place, era) in later.enumerated() {
                guard era.number == before + 1 + UInt32(place), era.fingerprint.hex == said.fingerprint,
                    log == nil || era.oldLog == log,
                    era.statement.signers == later[0].statement.signers
                else { throw LedgerError.notAuthentic }
                log = era.log
            }
            guard let last = later.last, last.number == now, last.log == said.logKey,
                last.host == said.hostKey
            else { throw LedgerError.notAuthentic }
            return later
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.rolledBack, "fail.badEra", next: "next.stop")
        }
    }

    private func compareWords(_ eras: [Era]) throws(Failure) {
        guard let last = eras.last else { throw LogCheck.rolledBack }
        guard let acceptance = desk.globals.acceptRestore else {
            throw Failure(
                .rolledBack, "fail.restored", ["time": desk.moments.time(last.time.seconds)],
                next: "next.acceptRestore")
        }
        let typed: String
        switch acceptance {
        case .words(let words): typed = words
        case .asked:
            guard let person = desk.person() else {
                throw .usage("usage.needed", ["option": "--accept-restore=WORDS"])
            }
            typed = try desk.ask("ask.eraWords", person: person)
        }
        guard SixWords.matches(typed, digest: last.digest) else {
            throw Failure(.rolledBack, "fail.otherWords", next: "next.stop")
        }
    }

    /// What was seen up to the restored state still counts; what came after it is lost.
    private func rewrite(
        _ memory: borrowing VaultMemory, _ seen: SeenCheckpoint?, _ eras: [Era], _ said: PinnedServer
    ) throws(Failure) {
        guard let last = eras.last else { return }
        if let seen {
            var (size, root) = (seen.size, seen.root)
            for era in eras where size > Int(era.size) { (size, root) = (Int(era.size), era.root) }
            try memory.remember(
                SeenCheckpoint(origin: Self.name(ofKey: last.log), size: size, root: root),
                of: said.fingerprint)
            if size < seen.size {
                desk.screen.remark(desk.texts.count("note.lostEntries", seen.size - size))
            }
        }
        try memory.pin(said, at: socket)
    }

    private static func name(ofKey key: String) -> String { String(key.prefix { $0 != "+" }) }
}
