import Havre
import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre restore DIR`: a vault from a backup, on the machine itself, with nobody serving it.
struct RestoreVerb: Verb {
    static let row = Row(
        "restore", .keeping, [Operand("DIR")],
        [
            Option("--vault", "DIR", isRequired: true), Option("--gate", "DIR", isRequired: true),
            Option("--device-key", "PATH"), Option("--vault-half", "DIR"), Option("--passphrase-fd", "N"),
            Option("--keyfile-fd", "N"),
            Option("--shares-fd", "N"),
        ], isSecret: true, exits: [3, 5, 9])

    private let backup, vault, gate: String
    private let deviceKey, vaultHalf: String?
    private let passphrase, keyFile, shares: Int32?

    init(_ arguments: Arguments) throws(Failure) {
        backup = try arguments.required(0)
        vault = arguments.value("--vault") ?? ""
        gate = arguments.value("--gate") ?? ""
        deviceKey = arguments.value("--device-key")
        vaultHalf = arguments.value("--vault-half")
        passphrase = try arguments.descriptor("--passphrase-fd")
        keyFile = try arguments.descriptor("--keyfile-fd")
        shares = try arguments.descriptor("--shares-fd")
    }

    func run(_ desk: Desk) throws(Failure) {
        let input = SecretInput(desk: desk)
        // Shares are for recovery keys that were dealt; this one lies with the founder.
        guard shares == nil else { throw .usage("usage.noShares") }
        try input.require([("--passphrase-fd", passphrase)])
        for folder in [vault, gate] { try NewFolder.makeAbove(folder) }
        let plan = plan(desk)
        var amount = Amount(desk.screen)
        try explaining { () throws(RestoreRefusal) in
            defer { amount.end() }
            try Vault.verify(backup: plan) { amount.add($0) }
        }
        var left = Self.tries
        while true {
            let phrase = try input.line("--passphrase-fd", passphrase, prompt: "ask.founderPassphrase")
            let key = try input.keyFile("--keyfile-fd", keyFile)
            do throws(Failure) {
                let restored = try explaining { () throws(RestoreRefusal) in
                    try Vault.restore(plan, passphrase: phrase, keyFile: key, clock: desk.world.clock)
                }
                return try say(restored, desk)
            } catch {
                left -= 1
                // Both halves have just been read to their end: a slip of the finger does not cost that again.
                guard error.fault == .wrongPassphrase, left > 0, passphrase == nil, keyFile == nil,
                    let person = desk.world.person()
                else { throw error }
                person.show(desk.texts.message(error) + "\n")
            }
        }
    }

    private static let tries = 3

    private func plan(_ desk: Desk) -> RestorePlan {
        // What this account has seen of the vault says how much was lost.
        let places = desk.places
        return RestorePlan(
            vaultHalf: vaultHalf ?? backup + "/vault", gateHalf: backup + "/gate", vault: vault, gate: gate,
            deviceKey: deviceKey
        ) { fingerprint in
            guard let seen = try? VaultMemory(places.state()).checkpoint(fingerprint) else { return nil }
            return Era.Known(size: UInt64(seen.size), root: seen.root)
        }
    }

    private func say(_ restored: Restored, _ desk: Desk) throws(Failure) {
        let place = (path(vault), path(gate))
        let era = restored.era
        let words = SixWords.spell(era.digest, in: desk.language).joined(separator: " ")
        var news: [String: JSON] = [
            "vault": .string(place.0), "gate": .string(place.1), "fingerprint": .string(restored.fingerprint),
            "era": .int(Int64(era.number)), "size": .int(Int64(era.size)), "root": .string(era.root.hex),
            "words": .string(words), "erasedAgain": .int(Int64(restored.erasedAgain)),
            "lostCases": .array(restored.lostCases.map(Self.json)),
            "lostPeople": .array(restored.lostPeople.map(JSON.string)),
        ]
        if let lost = era.lost {
            news["lost"] = ["size": .int(Int64(lost.size)), "root": .string(lost.root.hex)]
        }
        try desk.screen.answer(.object(news)) {
            var lines = [
                desk.texts.say(
                    "say.restored",
                    [
                        "vault": place.0, "gate": place.1, "size": String(era.size), "root": era.root.hex,
                        "words": words,
                    ])
            ]
            if let lost = era.lost {
                lines.append(desk.texts.count("say.restoredLost", Int(lost.size - era.size)))
            }
            if restored.erasedAgain > 0 {
                lines.append(desk.texts.count("say.erasedAgain", restored.erasedAgain))
            }
            lines += losses(restored, desk)
            lines.append(desk.texts.say("say.restoredNext", ["vault": place.0, "gate": place.1]))
            return lines.joined(separator: "\n")
        }
    }

    private static func json(_ lost: LostCase) -> JSON {
        var members: [String: JSON] = ["id": .string(lost.id.hex), "entry": .int(Int64(lost.entry))]
        members["case"] = lost.code.map(JSON.string)
        return .object(members)
    }

    /// What nobody opens any more, by name where that is known.
    private func losses(_ restored: Restored, _ desk: Desk) -> [String] {
        var lines: [String] = []
        if !restored.lostCases.isEmpty {
            lines.append(desk.texts.count("say.lostCases", restored.lostCases.count))
            lines += restored.lostCases.map { lost in
                desk.texts.say(
                    "say.lostCase",
                    ["case": Text.escapedForTerminal(lost.code ?? lost.id.hex), "entry": String(lost.entry)])
            }
        }
        if !restored.lostPeople.isEmpty {
            let names = restored.lostPeople.map { Text.escapedForTerminal($0) }.joined(separator: ", ")
            lines.append(desk.texts.say("say.lostPeople", ["names": names]))
        }
        return lines
    }

    private func path(_ folder: String) -> String { (try? Directory(path: folder).path()) ?? folder }

    private func explaining<Value>(_ body: () throws(RestoreRefusal) -> Value) throws(Failure) -> Value {
        do throws(RestoreRefusal) { return try body() } catch {
            let other = "next.otherBackup"
            switch error {
            case .unfinished:
                throw Failure(.invalid, "fail.backupUnfinished", ["folder": backup], next: other)
            case .damaged: throw Failure(.tampered, "fail.backupDamaged", next: other)
            case .twoVaults: throw Failure(.invalid, "fail.backupTwoVaults", next: other)
            case .notTogether: throw Failure(.rolledBack, "fail.backupNotTogether", next: other)
            case .deviceKey: throw .usage("usage.deviceKey", ["file": deviceKey ?? gate])
            case .needsShares: throw .usage("usage.needsShares")
            case .wrongPassphrase:
                throw Failure(.wrongPassphrase, "fail.founderPassphrase", next: "next.founder")
            case .occupied(let isGate):
                throw .usage("usage.folderNotEmpty", ["folder": isGate ? gate : vault])
            case .notPrivate(let isGate):
                throw .usage("usage.folderNotPrivate", ["folder": isGate ? gate : vault])
            case .busy: throw Failure(.busy)
            case .other(let error): throw Failure(error)
            }
        }
    }
}
