import HavreCodec
import HavreEvidence
import HavreFormats
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre verify FILE`: what a bundle proves, without vault and daemon.
struct Verify: Verb {
    static let row = Row(
        "verify", .evidence, [Operand("FILE")],
        [Option("--identity-fd", "N"), Option("--passphrase-fd", "N"), Option("--fingerprint", "HEX")],
        isSecret: true, exits: [3, 5, 6])

    private let path: String
    private let identity, passphrase: Int32?
    private let fingerprint: String?

    init(_ arguments: Arguments) throws(Failure) {
        path = try arguments.required(0)
        identity = try arguments.descriptor("--identity-fd")
        passphrase = try arguments.descriptor("--passphrase-fd")
        fingerprint = arguments.value("--fingerprint")
        if let fingerprint, (try? Digest(hex: fingerprint)) == nil {
            throw .usage("usage.fingerprint")
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        let verdict = try verdict(desk)
        if !verdict.isValid { desk.status = 5 }
        try desk.screen.answer(Self.json(verdict)) { text(verdict, desk) }
    }

    private func verdict(_ desk: Desk) throws(Failure) -> BundleVerifier.Verdict {
        let file = try BundleFile(path)
        do throws(BundleFile.Problem) {
            let files: BundleFiles
            if !file.isEncrypted {
                files = try file.files()
            } else if let identity {
                files = try file.files(AgeDecryptor(identities: try identities(identity, desk)))
            } else if !file.isForPassphrase {
                throw BundleFile.Problem.asking(
                    Failure(.usage, "usage.bundleForKey", ["option": "--identity-fd"], next: "next.identity"))
            } else {
                files = try file.files(AgeDecryptor(passphrase: try phrase(desk)))
            }
            return BundleVerifier.verify(files, fingerprint: fingerprint, language: desk.language)
        } catch {
            switch error {
            case .asking(let failure): throw failure
            case .system(let error): throw Input.failure(error, path)
            case .format(.noMatch) where identity == nil:
                throw Failure(.wrongPassphrase, "fail.bundlePassphrase", next: "next.again")
            case .format(let error): return BundleVerifier.unreadable(error, language: desk.language)
            }
        }
    }

    private func identities(
        _ number: Int32, _ desk: Desk
    ) throws(BundleFile.Problem) -> [AgeIdentity] {
        do throws(Failure) {
            let file = try SecretInput(desk: desk).file("--identity-fd", number)
            do throws(FormatError) { return try AgeIdentity.identities(file: file) } catch {
                throw .usage("usage.identity")
            }
        } catch { throw .asking(error) }
    }

    private func phrase(_ desk: Desk) throws(BundleFile.Problem) -> SecretBytes {
        do throws(Failure) {
            // Which of the two opens it stands in the file; a script names one.
            guard passphrase != nil || desk.person() != nil else {
                throw .usage("usage.needed", ["option": "--identity-fd"])
            }
            return try SecretInput(desk: desk)
                .line("--passphrase-fd", passphrase, prompt: "ask.bundlePassphrase")
        } catch { throw .asking(error) }
    }

    private static func json(_ verdict: BundleVerifier.Verdict) -> JSON {
        var members: [String: JSON] = [
            "valid": .bool(verdict.isValid),
            "records": .array(
                verdict.records.map { record in
                    var members: [String: JSON] = [
                        "path": .string(record.path), "form": .string(record.form),
                        "author": .string(record.author), "disclosed": .int(Int64(record.disclosedCount)),
                    ]
                    if let place = record.place {
                        members["log"] = ["index": .int(Int64(place.index)), "size": .int(Int64(place.size))]
                    }
                    return .object(members)
                }),
            "problems": .array(verdict.problems.map { .string($0) }),
        ]
        for (name, value) in [
            ("fingerprint", verdict.fingerprint), ("contact", verdict.contact), ("date", verdict.date),
            ("profile", verdict.profile),
        ] {
            if let value { members[name] = .string(value) }
        }
        return .object(members)
    }

    private func text(_ verdict: BundleVerifier.Verdict, _ desk: Desk) -> String {
        let texts = desk.texts
        guard verdict.isValid else {
            return
                ([texts.say("say.bundleWrong")]
                + verdict.problems.map { "  " + Text.escapedForTerminal($0) }).joined(separator: "\n")
        }
        var lines = [texts.say("say.bundleRight"), ""]
        for record in verdict.records {
            let form = Catalogue.shared.form(record.form)?.label(in: desk.language) ?? record.form
            var line = texts.say(
                "say.bundleRecord",
                ["form": form, "path": record.path, "n": String(record.disclosedCount)])
            if let place = record.place {
                let values = ["index": String(place.index), "size": String(place.size)]
                line += ", " + texts.say("say.bundleEntry", values)
            }
            lines.append("  " + Text.escapedForTerminal(line))
        }
        lines += ["", texts.say("say.proven")]
        let hasLog = verdict.records.contains { $0.place != nil }
        if hasLog { lines += ["", texts.say("say.provenLog")] }
        lines += ["", texts.say(hasLog ? "say.notProvenLog" : "say.notProven")]
        lines.append(
            texts.say(
                fingerprint == nil ? "say.fingerprintToCompare" : "say.fingerprintCompared",
                ["fingerprint": verdict.fingerprint ?? ""]))
        return lines.joined(separator: "\n")
    }
}
