import Havre
import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre init`: founds a vault, on the machine itself, with nobody serving it.
struct Init: Verb {
    static let row = Row(
        "init", .start, [],
        [
            Option("--vault", "DIR", isRequired: true), Option("--gate", "DIR", isRequired: true),
            Option("--device-key", "PATH"), Option("--name", "ORG"), Option("--supervisor", "NAME"),
            Option("--passphrase-fd", "N"), Option("--keyfile-fd", "N"), Option("--no-drill"),
        ], isSecret: true)

    private let vault, gate: String
    private let deviceKey, organisation, supervisor: String?
    private let passphrase, keyFile: Int32?

    init(_ arguments: Arguments) throws(Failure) {
        vault = arguments.value("--vault") ?? ""
        gate = arguments.value("--gate") ?? ""
        deviceKey = arguments.value("--device-key")
        organisation = arguments.value("--name")
        supervisor = arguments.value("--supervisor")
        passphrase = try arguments.descriptor("--passphrase-fd")
        keyFile = try arguments.descriptor("--keyfile-fd")
    }

    func run(_ desk: Desk) throws(Failure) {
        let input = SecretInput(desk: desk)
        try input.require([("--passphrase-fd", passphrase)])
        for folder in [vault, gate] { try NewFolder.prepare(folder) }
        let plan = HouseFounding(
            vault: vault, gate: gate, deviceKey: deviceKey,
            organisation: try desk.given(organisation, or: "ask.organisation", missing: "--name"),
            supervisor: try desk.given(supervisor, or: "ask.supervisor", missing: "--supervisor"))
        let phrase = try input.fresh("--passphrase-fd", passphrase, prompt: "ask.newPassphraseLine")
        let key = try input.keyFile("--keyfile-fd", keyFile)
        let fingerprint: String
        do throws(HavreError) {
            fingerprint = try Vault.found(plan, passphrase: phrase, keyFile: key, clock: desk.world.clock)
        } catch {
            throw Failure(error)
        }
        let place = (try? Directory(path: vault).path()) ?? vault
        try desk.screen.answer(["vault": .string(place), "fingerprint": .string(fingerprint)]) {
            let bytes = (try? Hex.decode(fingerprint)) ?? []
            return desk.texts.say(
                "say.founded",
                [
                    "vault": place, "gate": (try? Directory(path: gate).path()) ?? gate,
                    "fingerprint": fingerprint,
                    "words": bytes.count == 32
                        ? SixWords.spell(bytes, in: desk.language).joined(separator: " ") : "",
                ])
        }
    }
}

extension Failure {
    /// What an error of the library means here: the same names as on the wire.
    init(_ error: HavreError) {
        let fault = Fault(rawValue: error.name) ?? .internal
        switch error {
        case .invalid(let field, let rule): self = .invalid(field, rule)
        case .usage(let rule): self.init(fault, "fail.usageRule", ["rule": rule])
        default: self.init(fault)
        }
    }
}
