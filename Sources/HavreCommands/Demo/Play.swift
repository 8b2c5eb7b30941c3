import HavreCodec
import HavreEvidence
import HavreFormats
import HavreForms
import HavreSamples
import HavreSecrets
import HavreSystem
import HavreWire

/// The steps of the demo, told as they happen. A step that does not go as it must is counted and said.
final class Play {
    let stage: Stage
    private(set) var steps = 0
    private(set) var failures = 0
    private(set) var bundlePath = ""
    /// Code name of each sample case, and the id of each of its records.
    private var codes: [String: String] = [:]
    private var records: [String: String] = [:]
    private var bundle: [UInt8] = []
    private var identity = ""

    init(_ stage: Stage) { self.stage = stage }

    private var texts: Texts { stage.desk.texts }

    func all() throws(Failure) {
        try found()
        try enrol()
        try fill()
        try refused()
        try grant()
        try export()
        try verify()
        try revoke()
        try stolen()
        try altered()
    }

    // Telling.

    private func tell(_ key: String, _ values: [String: String] = [:]) {
        steps += 1
        remark("\n" + String(steps) + ". " + texts.say(key, values))
    }

    /// Says how a step came out; what must be and is not counts as a failure.
    private func check(_ good: Bool, _ key: String, _ values: [String: String] = [:]) {
        if !good { failures += 1 }
        remark((good ? "   ✓ " : "   ✗ ") + texts.say(key, values))
    }

    private func remark(_ text: String) { stage.desk.screen.remark(text) }

    @discardableResult
    private func must(
        _ words: [String], as name: String? = nil, secrets: [(option: String, text: String)] = []
    ) throws(Failure) -> JSON {
        let outcome = stage.play(words, as: name, secrets: secrets)
        guard outcome.status == 0 else {
            throw Failure(
                .internal, "demo.broken",
                [
                    "command": words.prefix(2).joined(separator: " "),
                    "error": outcome.error ?? String(outcome.status),
                ])
        }
        return outcome.json
    }

    private func name(_ key: String) -> String { Samples.colleague(key)?.name ?? key }
    private func phrase(_ key: String) -> String { "a fictional passphrase for " + key }

    // The steps.

    private func found() throws(Failure) {
        tell("demo.found", ["folder": stage.folder])
        try must(
            [
                "init", "--vault", stage.folder + "/vault", "--gate", stage.folder + "/gate", "--name",
                texts.say("demo.organisation"), "--supervisor", name("helene"),
            ], secrets: [("--passphrase-fd", phrase("helene"))])
        try stage.serve()
        try must(["unlock", name("helene")], secrets: [("--passphrase-fd", phrase("helene"))])
        check(true, "demo.founded", ["name": name("helene")])
    }

    private func enrol() throws(Failure) {
        tell("demo.enrol")
        for key in ["naima", "tom", "laurent"] {
            let role = Samples.colleague(key)?.role ?? "caseworker"
            let invited = try must(["staff", "invite", name(key), "--role", role], as: name("helene"))
            let enrolled = try must(
                ["enrol", name(key)],
                secrets: [("--code-fd", invited["code"]?.string ?? ""), ("--passphrase-fd", phrase(key))])
            let words = enrolled["words"]?.string ?? ""
            try must(["staff", "confirm", name(key), "--words", words], as: name("helene"))
            try must(["unlock", name(key)], secrets: [("--passphrase-fd", phrase(key))])
            check(
                words.split(separator: " ").count == 6, "demo.enrolled", ["name": name(key), "words": words])
        }
    }

    private func fill() throws(Failure) {
        for sample in Samples.cases {
            let owner = name(sample.owner)
            let code = try must(["case", "new"], as: owner)["case"]?.string ?? ""
            codes[sample.key] = code
            tell("demo.case", ["case": code, "owner": owner, "story": sample.story(in: texts.language)])
            try must(["open", code, "--purpose", "visit"], as: owner)
            for record in sample.records where record.form != "case" {
                let path = try stage.write("record.json", record.fields.encoded())
                let added = try must(["add", code, record.form, "--from", path], as: owner)
                records[sample.key + "/" + record.key] = added["record"]?.string
            }
            for attachment in sample.attachments {
                let path = try stage.write(attachment.fileName, attachment.bytes)
                try must(["attach", code, path, "--title", attachment.title], as: owner)
                _ = try? Directory(path: stage.folder).unlink(attachment.fileName)
            }
            check(
                true, "demo.filled",
                ["records": String(sample.records.count), "files": String(sample.attachments.count)])
        }
        _ = try? Directory(path: stage.folder).unlink("record.json")
    }

    private func refused() throws(Failure) {
        tell("demo.refused", ["name": name("naima"), "other": name("tom")])
        let outcome = stage.play(["open", codes["child"] ?? "", "--purpose", "visit"], as: name("naima"))
        check(outcome.status == 6 && outcome.error == "NotFound", "demo.refusedSo")
    }

    private func grant() throws(Failure) {
        tell("demo.grant", ["name": name("laurent"), "case": codes["asylum"] ?? ""])
        let code = codes["asylum"] ?? ""
        let before = stage.play(["open", code, "--purpose", "appeal"], as: name("laurent"))
        check(before.status == 6, "demo.notBefore", ["name": name("laurent")])
        try must(
            [
                "grant", code, name("laurent"), "--compartments", "evidence,assessment,consent", "--rights",
                "read,redact-export", "--purpose", "appeal",
            ], as: name("helene"))
        try must(["open", code, "--purpose", "appeal"], as: name("laurent"))
        let shown = try must(["show", code], as: name("laurent"))
        let forms = Set((shown["records"]?.array ?? []).compactMap { $0["form"]?.string })
        check(
            forms.contains("statement")
                && forms.isDisjoint(with: ["identity", "safe-contact", "risk", "night"]),
            "demo.granted", ["forms": forms.sorted().joined(separator: ", ")])
    }

    private func export() throws(Failure) {
        guard let sample = Samples.sampleCase("asylum"), let code = codes["asylum"] else { return }
        tell("demo.export", ["contact": sample.contact.name])
        let recipient = try makeIdentity()
        let contact: JSON = [
            "name": .string(sample.contact.name), "organisation": .string(sample.contact.organisation),
            "kind": .string(sample.contact.kind), "language": .string(sample.contact.language.rawValue),
            "key": .string(recipient), "checked": .string(texts.say("demo.checked")),
        ]
        let path = try stage.write("contact.json", contact.encoded())
        try must(["contact", "add", "--from", path], as: name("laurent"))
        try must(["contact", "confirm", sample.contact.name], as: name("helene"))
        let named = sample.export.records.compactMap { records["asylum/" + $0] }.joined(separator: ",")
        bundlePath = stage.folder + "/left/evidence.age"
        let line = [
            "export", code, "--profile", "court", "--for", sample.contact.name, "--records", named, "--out",
            bundlePath,
        ]
        let whole = stage.play(line, as: name("laurent"))
        check(
            whole.error == "Identified" || whole.error == "NeedsApproval", "demo.guarded",
            ["error": whole.error ?? "?"])
        let withheld = sample.export.withheld.compactMap { leaf -> String? in
            guard let record = records["asylum/" + leaf.record] else { return nil }
            return record + ":" + leaf.field + (leaf.n.map { ":" + String($0) } ?? "")
        }
        let exported = try must(line + ["--withhold", withheld.joined(separator: ",")], as: name("laurent"))
        check(
            exported["bundle"]?["sha256"]?.string != nil, "demo.exported",
            [
                "disclosed": String(exported["disclosed"]?.array?.count ?? 0),
                "withheld": String(exported["withheld"]?.array?.count ?? 0),
            ])
    }

    /// The recipient's age key: in life it is made by the recipient and never seen by the house.
    private func makeIdentity() throws(Failure) -> String {
        do {
            let key = try AgeIdentity()
            let text = try key.text()
            identity = text.withBytes { span in
                String(decoding: (0..<span.byteCount).map { span.byte(at: $0) }, as: UTF8.self)
            }
            try Directory(path: stage.folder + "/left").write(
                Array((identity + "\n").utf8), to: "identity.txt")
            return key.recipient.text
        } catch {
            throw Failure(.internal)
        }
    }

    private func verify() throws(Failure) {
        guard let sample = Samples.sampleCase("asylum") else { return }
        tell("demo.verify")
        let outcome = stage.play(["verify", bundlePath], secrets: [("--identity-fd", identity)])
        check(
            outcome.status == 0 && outcome.json["valid"]?.bool == true, "demo.verified",
            ["records": String(outcome.json["records"]?.array?.count ?? 0)])
        do {
            let file = try Directory(path: stage.folder + "/left").read(
                "evidence.age", byteCountMax: 64 << 20)
            let keys = try AgeIdentity.identities(file: SecretBytes(copying: Array((identity + "\n").utf8)))
            bundle = try Age.decrypt(file, AgeDecryptor(identities: keys))
        } catch {
            check(false, "demo.cannotRead")
            return
        }
        let texts = sample.canaries + sample.identifiers
        let found = texts.filter { Self.contains(bundle, Array($0.utf8)) }
        check(found.isEmpty, "demo.nothingInside", ["n": String(texts.count)])
        let traces = sample.attachments.flatMap(\.traces)
        check(!traces.contains { Self.contains(bundle, $0) }, "demo.noPhoto", ["n": String(traces.count)])
        try unpackPage()
    }

    /// The page, to be looked at.
    private func unpackPage() throws(Failure) {
        var reader = TarReader()
        var path = ""
        var page: [UInt8] = []
        for event in (try? reader.update(bundle)) ?? [] {
            switch event {
            case .file(let name, _): path = name
            case .content(let bytes): if path.hasSuffix("data/index.html") { page += bytes }
            case .end: break
            }
        }
        do throws(SystemError) {
            try Directory(path: stage.folder + "/left").write(page, to: "index.html")
        } catch {
            throw Stage.failure(error)
        }
    }

    private func revoke() throws(Failure) {
        let code = codes["asylum"] ?? ""
        tell("demo.revoke", ["name": name("laurent")])
        let receipt = try must(["revoke", code, name("laurent")], as: name("helene"))
        check(
            receipt["exported"]?.array?.count == 1, "demo.receipt",
            ["opened": String(receipt["opened"]?.array?.count ?? 0)])
        let after = stage.play(["show", code], as: name("laurent"))
        check(after.status == 6, "demo.gone", ["name": name("laurent")])
        let owner = stage.play(["show", code], as: name("naima"))
        check(owner.status == 0, "demo.ownerGoesOn", ["name": name("naima")])
    }

    private func stolen() throws(Failure) {
        tell("demo.stolen")
        let thief = stage.folder + "/thief"
        do throws(SystemError) {
            try Folders.copy(stage.folder + "/vault", to: thief)
            let files = try Folders.bytes(thief)
            let texts =
                Samples.cases.flatMap { $0.identifiers + $0.canaries + [$0.person] } + Array(codes.values)
                + Samples.staff.map(\.name)
            let found = texts.filter { text in files.contains { Self.contains($0, Array(text.utf8)) } }
            check(found.isEmpty, "demo.nothingThere", ["n": String(texts.count)])
        } catch {
            throw Stage.failure(error)
        }
        let gate = stage.folder + "/thief-gate"
        _ = try? Directory(private: gate)
        let opened = stage.play(["check", "--vault", thief, "--gate", gate])
        check(opened.status != 0, "demo.noGate")
    }

    private func altered() throws(Failure) {
        tell("demo.altered")
        stage.stop()
        let vault = stage.folder + "/altered"
        let gate = stage.folder + "/altered-gate"
        do throws(SystemError) {
            try Folders.copy(stage.folder + "/vault", to: vault)
            try Folders.copy(stage.folder + "/gate", to: gate)
        } catch {
            throw Stage.failure(error)
        }
        let before = stage.play(["check", "--vault", vault, "--gate", gate])
        check(before.status == 0 && before.json["ok"]?.bool == true, "demo.sound")
        do throws(SystemError) {
            let folder = try Directory(path: vault)
            var bytes = try folder.read("vault.db", byteCountMax: 256 << 20)
            bytes[Self.place(in: bytes)] ^= 1
            try folder.write(bytes, to: "vault.db")
        } catch {
            throw Stage.failure(error)
        }
        let after = stage.play(["check", "--vault", vault, "--gate", gate])
        check(after.status == 5, "demo.foundOut")
    }

    /// A byte in the middle of a page that is full of stored bytes.
    private static func place(in bytes: [UInt8]) -> Int {
        var page = bytes.count / 4096 / 2
        while page > 1 {
            let middle = page * 4096 + 2048
            if bytes[middle - 64..<middle + 64].filter({ $0 != 0 }).count > 110 { return middle }
            page -= 1
        }
        return bytes.count / 2
    }

    private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        let last = bytes.count - wanted.count
        var at = 0
        while at <= last {
            if bytes[at] == first, bytes[at + wanted.count - 1] == wanted[wanted.count - 1],
                bytes[at..<at + wanted.count].elementsEqual(wanted)
            {
                return true
            }
            at += 1
        }
        return false
    }
}
