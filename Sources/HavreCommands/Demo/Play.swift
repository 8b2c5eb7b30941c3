import HavreCodec
import HavreForms
import HavreSamples
import HavreSystem
import HavreWire

/// The steps of the demo, told as they happen. A step that does not go as it must is counted and said.
final class Play {
    let stage: Stage
    private(set) var steps = 0
    private(set) var failures = 0
    var bundlePath = ""
    /// Code name of each sample case, and the id of each of its records.
    private(set) var codes: [String: String] = [:]
    private(set) var records: [String: String] = [:]
    /// Of the vault, as it is told to recipients by telephone.
    private(set) var fingerprint = ""
    /// The recipient's secret key.
    var identity = ""

    init(_ stage: Stage) { self.stage = stage }

    var texts: Texts { stage.desk.texts }

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

    func tell(_ key: String, _ values: [String: String] = [:]) {
        steps += 1
        remark("\n" + String(steps) + ". " + texts.say(key, values))
    }

    /// Says how a step came out; what must be and is not counts as a failure.
    func check(_ good: Bool, _ key: String, _ values: [String: String] = [:]) {
        if !good { failures += 1 }
        remark((good ? "   ✓ " : "   ✗ ") + texts.say(key, values))
    }

    private func remark(_ text: String) { stage.desk.screen.remark(text) }

    /// Runs what has to work for the demo to go on.
    @discardableResult
    func must(
        _ words: [String], as name: String? = nil, secrets: [(option: String, text: String)] = []
    ) throws(Failure) -> JSON {
        let outcome = stage.play(words, as: name, secrets: secrets)
        guard outcome.status == 0 else {
            if outcome.error == Fault.storageFull.rawValue {
                throw Failure(.storageFull, "demo.full", ["folder": stage.folder], next: "demo.otherFolder")
            }
            throw Failure(
                .internal, "demo.broken",
                [
                    "command": words.prefix(2).joined(separator: " "),
                    "error": outcome.error ?? String(outcome.status),
                ])
        }
        return outcome.json
    }

    func name(_ key: String) -> String { Samples.colleague(key)?.name ?? key }
    func phrase(_ key: String) -> String { "a fictional passphrase for " + key }

    // The steps.

    private func found() throws(Failure) {
        tell("demo.found", ["folder": stage.folder])
        let founded = try must(
            [
                "init", "--vault", stage.folder + "/vault", "--gate", stage.folder + "/gate", "--name",
                texts.say("demo.organisation"), "--supervisor", name("helene"),
            ], secrets: [("--passphrase-fd", phrase("helene"))])
        try stage.serve()
        try must(["unlock", name("helene")], secrets: [("--passphrase-fd", phrase("helene"))])
        fingerprint = founded["fingerprint"]?.string ?? ""
        check(
            fingerprint.utf8.count == 64, "demo.founded",
            ["name": name("helene"), "fingerprint": String(fingerprint.prefix(16))])
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
                [
                    "records": String(sample.records.count),
                    "files": sample.attachments.map(\.fileName).joined(separator: ", "),
                ])
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
        let labels = Catalogue.shared.forms.filter { forms.contains($0.id) }
            .map { $0.label(in: texts.language).lowercased() }
        check(
            forms.contains("statement")
                && forms.isDisjoint(with: ["identity", "safe-contact", "risk", "night"]),
            "demo.granted", ["forms": labels.joined(separator: " · ")])
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
}
