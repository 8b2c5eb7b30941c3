import HavreCodec
import Testing

@testable import HavreWire

@Suite struct MessageTests {
    @Test("A call is read as it is written") func callRead() throws {
        for call in [
            Call("org.havre.Vault.Status"), Call("a.B", ["x": 1], more: true), Call("a.B", oneway: true),
        ] {
            let bytes = call.encoded()
            #expect(bytes.last == 0 && !bytes.dropLast().contains(0))
            #expect(try Call(decoding: Array(bytes.dropLast())) == call)
        }
    }

    @Test("Missing, null and empty parameters are the same") func missingNull() throws {
        for source in [#"{"method":"a.B"}"#, #"{"method":"a.B","parameters":null}"#] {
            #expect(try Call(decoding: text(source)) == Call("a.B"))
        }
        #expect(try Reply(decoding: text("{}")) == Reply())
    }

    @Test("What is not a call is refused") func callRefused() {
        let deep = String(repeating: "[", count: 10_000)
        for source in [
            "", " ", "{", "[]", "null", "1", #""x""#, "{}", #"{"method":1}"#, #"{"method":null}"#,
            #"{"method":"a.B","method":"a.C"}"#, #"{"method":"a.B","m\u0065thod":"a.C"}"#,
            #"{"method":"a.B","parameters":[]}"#, #"{"method":"a.B","parameters":"x"}"#,
            #"{"method":"a.B","more":1}"#, #"{"method":"a.B","more":null}"#,
            #"{"method":"a.B","more":true,"oneway":true}"#, #"{"method":"a.B","extra":1}"#,
            #"{"method":"a.B"}{"method":"a.B"}"#, #"{"method":"a.B"},"#, #"{"method":"a.B",}"#,
            #"{"method":"a.B","parameters":{"x":NaN}}"#, #"{"method":"a.B","parameters":{"x":1.5}}"#,
            #"{"method":"a.B","parameters":{"x":9007199254740993}}"#, #"{'method':'a.B'}"#,
            #"{"method":"a\u0000.B"}"#, #"{"method":"\ud800"}"#, "\u{feff}{\"method\":\"a.B\"}",
            #"{"method":"a.B","parameters":{"x":"# + deep, deep,
            #"{"method":""# + String(repeating: "a", count: 300) + #""}"#,
        ] {
            #expect(throws: WireError.self, "\(source.prefix(40))") { _ = try Call(decoding: text(source)) }
        }
        for bytes in [
            [0xff], [0x7b, 0xc0, 0xaf, 0x7d], text(#"{"method":""#) + [0xed, 0xa0, 0x80] + text(#""}"#),
        ] {
            #expect(throws: WireError.self) { _ = try Call(decoding: bytes) }
        }
    }

    @Test("An error is always the last answer") func errorAlways() throws {
        #expect(throws: WireError.self) {
            _ = try Reply(decoding: text(#"{"error":"a.B","continues":true}"#))
        }
        for reply in [
            Reply(), Reply(["x": "y"], continues: true), Fault.notGranted.reply(),
            Fault.invalid(.invalid(field: "until", rule: "a day")),
        ] { #expect(try Reply(decoding: Array(reply.encoded().dropLast())) == reply) }
    }

    @Test("A method name splits at its last dot") func methodName() {
        #expect(Call("org.havre.Vault.Status").parts?.interface == "org.havre.Vault")
        #expect(Call("org.havre.Vault.Status").parts?.name == "Status")
        for method in ["", "Status", ".Status", "a."] { #expect(Call(method).parts == nil) }
    }

    @Test("Every error has its name and the exit status of the contract") func everyError() {
        let table: [Int32: [String]] = [
            1: ["StorageFull", "OutcomeUnknown", "Internal"], 2: ["Usage", "Invalid"],
            3: ["Locked", "NotOpen", "WrongPassphrase", "GateClosed"], 4: ["NotGranted", "NeedsApproval"],
            5: ["Tampered", "RolledBack"], 6: ["NotFound"], 7: ["ConsentMissing", "Identified"],
            8: ["Unreachable", "WrongServer"], 9: ["Busy", "TooManyAttempts"],
        ]
        #expect(table.values.joined().count == Fault.allCases.count)
        for (status, names) in table {
            for name in names {
                let fault = Fault(wireName: "org.havre.Vault." + name)
                #expect(fault?.exitStatus == status && fault?.wireName == "org.havre.Vault." + name)
            }
        }
        #expect(Fault(wireName: "Locked") == nil && Fault(wireName: "org.varlink.service.Locked") == nil)
    }
}

@Suite struct ClientTests {
    /// Shares a scripted channel with the test.
    struct Box: Channel, ~Copyable {
        let channel: ScriptedChannel
        borrowing func receive(
            into span: inout MutableRawSpan, midFrame: Bool
        ) throws(WireError) -> (count: Int, handles: [Int]) {
            try channel.receive(into: &span, midFrame: midFrame)
        }
        borrowing func send(_ bytes: [UInt8], _ handles: [Int]) throws(WireError) {
            try channel.send(bytes, handles)
        }
    }

    @Test("An answer comes with its descriptors and a call takes its own") func answerComes() throws {
        let channel = ScriptedChannel([.init(bytes: Reply(["a": 1]).encoded(), handles: [9])])
        var client = Client(Box(channel: channel))
        let answer = try client.call("a.B", ["secret": 0], [5])
        #expect(answer.parameters == ["a": 1] && answer.handles == [9])
        #expect(channel.sent.count == 1 && channel.sent[0].handles == [5])
        #expect(throws: WireError.ended) { _ = try client.call("a.B") }
    }

    @Test("A server without room is heard although it hung up before it was asked") func serverWithout() {
        struct HungUp: Channel, ~Copyable {
            let channel: ScriptedChannel
            borrowing func receive(
                into span: inout MutableRawSpan, midFrame: Bool
            ) throws(WireError) -> (count: Int, handles: [Int]) {
                try channel.receive(into: &span, midFrame: midFrame)
            }
            borrowing func send(_ bytes: [UInt8], _ handles: [Int]) throws(WireError) { throw .ended }
        }
        var client = Client(HungUp(channel: ScriptedChannel([.init(bytes: Fault.busy.reply().encoded())])))
        #expect(throws: WireError.refused(error: "org.havre.Vault.Busy", parameters: [:])) {
            _ = try client.call("a.B")
        }
        var silent = Client(HungUp(channel: ScriptedChannel([])))
        #expect(throws: WireError.ended) { _ = try silent.call("a.B") }
    }

    @Test("A named error is thrown with its parameters") func namedError() {
        let channel = ScriptedChannel([
            .init(bytes: Fault.invalid(.invalid(field: "f", rule: "r")).encoded())
        ])
        var client = Client(Box(channel: channel))
        #expect(
            throws: WireError.refused(
                error: "org.havre.Vault.Invalid", parameters: ["field": "f", "rule": "r"])
        ) { _ = try client.call("a.B") }
    }

    @Test("Several answers come in order and only when asked for") func severalAnswers() throws {
        let replies = [Reply(["n": 1], continues: true), Reply(["n": 2], continues: true), Reply(["n": 3])]
        let channel = ScriptedChannel(replies.map { .init(bytes: $0.encoded()) })
        var client = Client(Box(channel: channel))
        var seen: [JSON] = []
        let last = try client.call("a.B") { seen.append($0.parameters) }
        #expect(seen == [["n": 1], ["n": 2]] && last.parameters == ["n": 3])
        #expect(try Call(decoding: Array(channel.sent[0].bytes.dropLast())).more)
        let other = ScriptedChannel([.init(bytes: replies[0].encoded())])
        var single = Client(Box(channel: other))
        #expect(throws: WireError.self) { _ = try single.call("a.B") }
    }
}
