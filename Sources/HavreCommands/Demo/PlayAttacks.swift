import HavreCodec
import HavreSamples
import HavreSystem
import HavreWire

/// What somebody gets who has the stored files, and what becomes of somebody who changes them.
extension Play {
    func stolen() throws(Failure) {
        tell("demo.stolen", ["name": name("laurent")])
        let thief = stage.folder + "/thief"
        do throws(SystemError) {
            try Folders.copy(stage.folder + "/vault", to: thief)
            let files = try Folders.bytes(thief)
            let texts =
                Samples.cases.flatMap { $0.identifiers + $0.canaries + [$0.person] } + Array(codes.values)
                + Samples.staff.map(\.name)
            check(
                !files.isEmpty && !Traces.stand(in: files, texts.map { Array($0.utf8) }), "demo.nothingThere",
                ["n": String(texts.count)])
        } catch {
            throw Stage.failure(error)
        }
        // His account is good: the real daemon knows him still, and shows him what he is on.
        try must(["unlock", name("laurent")], secrets: [("--passphrase-fd", phrase("laurent"))])
        let list = try must(["case", "list"], as: name("laurent"))
        check(list["cases"]?.array?.isEmpty == true, "demo.ownAccount", ["name": name("laurent")])
        try founded(by: thief)
    }

    /// The thief founds a house of his own, for its gate, and lays the copy into it.
    private func founded(by thief: String) throws(Failure) {
        let own = stage.folder + "/thief-own"
        let gate = stage.folder + "/thief-gate"
        try must(
            ["init", "--vault", own, "--gate", gate, "--name", "Thief", "--supervisor", name("laurent")],
            secrets: [("--passphrase-fd", phrase("laurent"))])
        check(try stage.serves(vault: own, gate: gate), "demo.ownGate")
        check(try !stage.serves(vault: thief, gate: gate), "demo.noGate")
        let opened = stage.play(["check", "--vault", thief, "--gate", gate])
        check(opened.status == 5, "demo.noCheck")
    }

    func altered() throws(Failure) {
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
}
