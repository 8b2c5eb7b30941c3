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
        guard let before = remembered.max(), let now = said.logKey.flatMap(Era.number(ofOrigin:)) else {
            return false
        }
        guard now >= before else { throw LogCheck.rolledBack }
        if now == before {
            // The same backup may have been restored twice: then the era has the same number and other keys. Where only
            // the name of the log is remembered, the person may say that it was so.
            guard mine.map({ $0 != said.logKey }) ?? (now > 0 && desk.globals.acceptRestore != nil) else {
                return false
            }
            // Before the first restore there is nothing that could have been restored twice.
            guard now > 0 else { return false }
        }
        let course = try course(since: before, said, mine)
        try compareWords(course.eras)
        try rewrite(memory, seen, course, said)
        return true
    }

    /// The restores since a state that is remembered.
    private struct Course {
        let eras: [Era]
        /// Whether what is remembered does not lie on the way to them.
        let isAnother: Bool
    }

    /// The statements of every restore, each following the one before and the last naming this server's keys.
    private func course(
        since before: UInt32, _ said: PinnedServer, _ mine: String?
    ) throws(Failure) -> Course {
        let reply = try ask("Eras").parameters
        do {
            var fields = try Fields(reply)
            let all = try fields.strings("eras").map { try Era(Base64.decodeURL($0)) }
            for (place, era) in all.enumerated() {
                guard era.number == UInt32(place + 1), era.fingerprint.hex == said.fingerprint,
                    place == 0 || era.oldLog == all[place - 1].log,
                    era.statement.signers == all[0].statement.signers
                else { throw LedgerError.notAuthentic }
            }
            guard let last = all.last, last.log == said.logKey, last.host == said.hostKey else {
                throw LedgerError.notAuthentic
            }
            let later = all.filter { $0.number > before }
            let follows = later.first.map { mine == nil || $0.oldLog == mine } ?? false
            if follows { return Course(eras: later, isAnother: false) }
            return Course(eras: all.filter { $0.number >= before }, isAnother: true)
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

    /// What was seen up to the restored state still counts; what came after it is lost. Of another course of the log
    /// nothing counts.
    private func rewrite(
        _ memory: borrowing VaultMemory, _ seen: SeenCheckpoint?, _ course: Course, _ said: PinnedServer
    ) throws(Failure) {
        guard let last = course.eras.last else { return }
        if let seen {
            var (size, root) = (seen.size, seen.root)
            for era in course.eras where course.isAnother || size > Int(era.size) {
                (size, root) = (Int(era.size), era.root)
            }
            try memory.replace(
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
