import HavreCodec
import HavreSecrets
import HavreWire

/// Saving what somebody has typed: a session that was locked, a case that was closed or a server that was started anew
/// meanwhile costs a passphrase or an answer, and never the text.
struct Saving {
    let desk: Desk
    /// Whose session it was when she began to type; nil where nobody types.
    private let name: String?
    private let caseName: String

    /// Call it before anything is asked.
    init(_ desk: Desk, case caseName: String) throws(Failure) {
        self.desk = desk
        self.caseName = caseName
        name = desk.person() == nil ? nil : try desk.daemon().ownSession().user
    }

    /// Calls a method that saves something, again and again until it is saved or she gives up.
    func act(_ method: String, _ parameters: [String: JSON]) throws(Failure) -> Answer {
        while true {
            do throws(Failure) { return try desk.daemon().act(method, parameters) } catch {
                guard let name, let person = desk.person() else { throw error }
                switch error.fault {
                case .locked: try unlock(name, person)
                case .notOpen: try open(person)
                // What rests on a version that is no longer the newest would never be saved by trying again.
                case .busy where parameters["version"] != nil: throw error
                // Where the line broke it may have been saved: she is told, and decides whether to save it again.
                case .gateClosed, .unreachable, .outcomeUnknown, .busy, .storageFull: try goOn(error, person)
                default: throw error
                }
            }
        }
    }

    private func unlock(_ name: String, _ person: any Person) throws(Failure) {
        person.show(desk.texts.say("saving.locked", ["name": name]) + "\n")
        let input = SecretInput(desk: desk)
        while true {
            do throws(Failure) {
                try desk.daemon().letGo()
                _ = try Unlock.enter(name, desk, key: nil) { () throws(Failure) in
                    try input.line("--passphrase-fd", nil, prompt: "ask.passphrase")
                }
                return
            } catch {
                guard error.fault != .usage else { throw error }
                try goOn(error, person)
            }
        }
    }

    private func open(_ person: any Person) throws(Failure) {
        person.show(desk.texts.say("saving.closed", ["case": caseName]) + "\n")
        let purpose = try desk.purpose(nil)
        do throws(Failure) {
            _ = try desk.daemon().act("Open", ["case": .string(caseName), "purpose": .string(purpose)])
        } catch {
            guard error.fault == .locked else { throw error }
        }
    }

    /// Says what stands in the way, and goes on when she wants to try again.
    func goOn(_ failure: Failure, _ person: any Person) throws(Failure) {
        let kept = failure.fault == .outcomeUnknown ? "saving.unknown" : "saving.kept"
        person.show(desk.texts.message(failure) + "\n" + desk.texts.say(kept) + "\n")
        guard try desk.agrees(person, "saving.again") else { throw failure }
        if [.unreachable, .outcomeUnknown].contains(failure.fault) { desk.hangUp() }
    }
}
