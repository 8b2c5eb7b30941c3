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
        isSecret: true, exits: [5])

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
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, byteCountMax: BundleVerifier.byteCountMax)
        } catch {
            throw error.code == SystemError.noEntry
                ? Failure(.notFound, "usage.file", ["file": path, "why": error.reason], next: "next.again")
                : Input.failure(error, path)
        }
        let verdict: BundleVerifier.Verdict =
            Self.isEncrypted(bytes)
            ? try opened(bytes, desk)
            : BundleVerifier.verify(
                bytes, fingerprint: fingerprint, language: desk.language)
        if !verdict.isValid { desk.status = 5 }
        try desk.screen.answer(Self.json(verdict)) { text(verdict, desk) }
    }

    /// Whether the file begins as an age file does, binary or armoured.
    private static func isEncrypted(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("age-encryption.org/".utf8))
            || bytes.starts(with: Array("-----BEGIN AGE".utf8))
    }

    private func opened(_ bytes: [UInt8], _ desk: Desk) throws(Failure) -> BundleVerifier.Verdict {
        let input = SecretInput(desk: desk)
        if let identity {
            let file = try input.file("--identity-fd", identity)
            let identities: [AgeIdentity]
            do throws(FormatError) {
                identities = try AgeIdentity.identities(file: file)
            } catch {
                throw .usage("usage.identity")
            }
            return BundleVerifier.verify(
                encrypted: bytes, identities: identities, fingerprint: fingerprint, language: desk.language)
        }
        // Which of the two opens it stands in the file; a script names one.
        guard passphrase != nil || desk.person() != nil else {
            throw .usage("usage.needed", ["option": "--identity-fd"])
        }
        let phrase = try input.line("--passphrase-fd", passphrase, prompt: "ask.bundlePassphrase")
        let archive: [UInt8]
        do throws(FormatError) {
            archive = try Age.decrypt(bytes, AgeDecryptor(passphrase: phrase))
        } catch {
            throw Failure(.wrongPassphrase, "fail.bundlePassphrase", next: "next.again")
        }
        return BundleVerifier.verify(archive, fingerprint: fingerprint, language: desk.language)
    }

    private static func json(_ verdict: BundleVerifier.Verdict) -> JSON {
        var members: [String: JSON] = [
            "valid": .bool(verdict.isValid),
            "records": .array(
                verdict.records.map { record in
                    [
                        "path": .string(record.path), "form": .string(record.form),
                        "author": .string(record.author), "disclosed": .int(Int64(record.disclosedCount)),
                    ]
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
            lines.append(
                "  "
                    + texts.say(
                        "say.bundleRecord",
                        ["form": form, "path": record.path, "n": String(record.disclosedCount)]))
        }
        lines += ["", texts.say("say.proven"), "", texts.say("say.notProven")]
        lines.append(
            texts.say(
                fingerprint == nil ? "say.fingerprintToCompare" : "say.fingerprintCompared",
                ["fingerprint": verdict.fingerprint ?? ""]))
        return lines.joined(separator: "\n")
    }
}
