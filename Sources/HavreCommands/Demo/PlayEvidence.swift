import HavreCodec
import HavreFormats
import HavreForms
import HavreSamples
import HavreSecrets
import HavreSystem
import HavreWire

/// What leaves the house, and what its recipient sees.
extension Play {
    func export() throws(Failure) {
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

    func verify() throws(Failure) {
        guard let sample = Samples.sampleCase("asylum") else { return }
        tell("demo.verify")
        let outcome = stage.play(
            ["verify", bundlePath, "--fingerprint", fingerprint], secrets: [("--identity-fd", identity)])
        let found = outcome.json["records"]?.array ?? []
        check(
            outcome.status == 0 && outcome.json["valid"]?.bool == true, "demo.verified",
            ["records": String(found.count)])
        check(
            !found.isEmpty && found.allSatisfy { $0["log"]?["index"]?.int != nil }, "demo.inLog",
            ["size": String(found.first?["log"]?["size"]?.int ?? 0)])
        let bundle = try opened()
        let layers = Traces.layers(of: bundle)
        let names = sample.canaries + sample.identifiers
        check(
            !bundle.isEmpty && !Traces.stand(in: layers, names.map { Array($0.utf8) }), "demo.nothingInside",
            ["n": String(names.count)])
        let traces = sample.attachments.flatMap(\.traces)
        check(
            !bundle.isEmpty && !Traces.stand(in: layers, traces), "demo.noPhoto",
            ["files": sample.attachments.map(\.fileName).joined(separator: ", ")])
        try changed()
        try leave(bundle)
    }

    /// One changed byte of what was received.
    private func changed() throws(Failure) {
        let path = stage.folder + "/changed.age"
        do throws(SystemError) {
            var file = try Directory(path: stage.folder + "/left").read(
                "evidence.age", byteCountMax: 64 << 20)
            file[file.count / 2] ^= 1
            try Directory(path: stage.folder).write(file, to: "changed.age")
        } catch {
            throw Stage.failure(error)
        }
        let outcome = stage.play(["verify", path], secrets: [("--identity-fd", identity)])
        check(outcome.status == 5 && outcome.json["valid"]?.bool == false, "demo.changed")
    }

    /// The archive as its recipient decrypts it; empty when that fails.
    private func opened() throws(Failure) -> [UInt8] {
        do {
            let file = try Directory(path: stage.folder + "/left").read(
                "evidence.age", byteCountMax: 64 << 20)
            let keys = try AgeIdentity.identities(file: SecretBytes(copying: Array((identity + "\n").utf8)))
            return try Age.decrypt(file, AgeDecryptor(identities: keys))
        } catch {
            check(false, "demo.cannotRead")
            return []
        }
    }

    /// What the recipient unpacks, to be looked at.
    private func leave(_ bundle: [UInt8]) throws(Failure) {
        let wanted = ["README.txt": "README.txt", "data/index.html": "index.html"]
        var limits = TarReader.Limits()
        limits.trailingByteCountMax = bundle.count
        var reader = TarReader(limits: limits)
        var target: String?
        var files: [String: [UInt8]] = [:]
        for event in (try? reader.update(bundle)) ?? [] {
            switch event {
            case .file(let name, _): target = wanted[String(name.dropFirst("evidence/".count))]
            case .content(let bytes): if let target { files[target, default: []] += bytes }
            case .end: target = nil
            }
        }
        guard files.count == wanted.count else { return check(false, "demo.cannotRead") }
        do throws(SystemError) {
            for (name, bytes) in files {
                try Directory(path: stage.folder + "/left").write(bytes, to: name)
            }
        } catch {
            throw Stage.failure(error)
        }
    }
}
