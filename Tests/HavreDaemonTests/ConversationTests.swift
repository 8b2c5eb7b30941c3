import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import Havre
@testable import HavreDaemon

@Suite struct ConversationTests {
    @Test("Anybody may ask for status and who serves") func anybodyAsk() throws {
        let server = try TinyServer()
        var client = try server.client()
        let status = try client.call(vault + "Status").parameters
        #expect(status["state"] == "serving" && status["unlocked"] == 0 && status["checkpoint"] == "note")
        let nonce = Base64.url([UInt8](repeating: 7, count: 32))
        let hello = try client.call(vault + "Hello", ["nonce": .string(nonce)]).parameters
        #expect(hello["path"]?.string == server.path && hello["signature"]?.string == nonce)
        #expect(refusal { _ = try client.call(vault + "Hello", ["nonce": "AAAA"]) } == "Invalid")
        let info = try client.call("org.varlink.service.GetInfo").parameters
        #expect(info["interfaces"]?.array?.count == 2)
    }

    @Test("Figures are not for everybody at the socket: status looks whose session it is")
    func figures() throws {
        let server = try TinyServer()
        let token = try server.unlock()
        var client = try server.client()
        for session: JSON in [.object([:]), ["session": "x"]] {
            let status = try client.call(vault + "Status", session).parameters
            #expect(status["casesWithoutCopy"] == nil && status["warnings"] == ["tiny"])
        }
        let status = try client.call(vault + "Status", ["session": .string(token)]).parameters
        #expect(status["casesWithoutCopy"] == 1 && status["warnings"] == ["tiny", "count:1"])
    }

    @Test("Unknown names get the errors of Varlink") func unknownNames() throws {
        let server = try TinyServer()
        var client = try server.client()
        #expect(refusal { _ = try client.call("nothing") } == "MethodNotFound")
        #expect(refusal { _ = try client.call("org.example.X") } == "InterfaceNotFound")
        #expect(refusal { _ = try client.call(vault + "Nonsense") } == "MethodNotFound")
        #expect(refusal { _ = try client.call(vault + "Grant") } == "MethodNotImplemented")
    }

    @Test("Parameters are strict and looked at last") func parametersStrict() throws {
        let server = try TinyServer()
        var client = try server.client()
        #expect(refusal { _ = try client.call(vault + "Status", ["x": 1]) } == "Invalid")
        #expect(refusal { _ = try client.call(vault + "Lock", ["all": "yes"]) } == "Invalid")
        // Without a session no parameter is looked at, however wrong it is.
        #expect(refusal { _ = try client.call(vault + "Attach", ["file": "x"]) } == "Locked")
        #expect(refusal { _ = try client.call(vault + "Attach", ["session": 3]) } == "Locked")
        server.house.state.with { $0.isServing = false }
        #expect(refusal { _ = try client.call(vault + "Attach", ["file": "x"]) } == "GateClosed")
    }

    @Test("An unknown parameter is named when it is written like one") func unknownParameter() throws {
        let server = try TinyServer()
        var client = try server.client()
        for (name, said) in [
            ("until", "until"), ("no such thing", ""), (String(repeating: "x", count: 65), ""),
        ] {
            do throws(WireError) {
                _ = try client.call(vault + "Status", [name: 1])
                Issue.record("accepted")
            } catch {
                guard case .refused(_, let parameters) = error else { throw error }
                #expect(parameters["field"]?.string == said)
            }
        }
    }

    @Test("Who reaches for what is not hers is written down") func reachesWritten() throws {
        let server = try TinyServer()
        let token = try server.unlock()
        var client = try server.client()
        let call: JSON = ["session": .string(token), "case": "not hers", "file": 0]
        #expect(refusal { _ = try client.call(vault + "Attach", call) } == "NotFound")
        #expect(server.house.state.with { $0.noted } == ["Attach notFound not hers amina true"])
        // What is no reaching is not: a wrong parameter, a session that has ended, a passphrase, which the library
        // writes down itself.
        _ = refusal { _ = try client.call(vault + "Attach", ["session": .string(token), "x": 1]) }
        _ = refusal { _ = try client.call(vault + "Attach", ["session": "x", "file": 0]) }
        _ = refusal { _ = try client.call(vault + "Unlock", ["name": "x", "passphrase": 0]) }
        #expect(server.house.state.with { $0.noted.count } == 1)
    }

    @Test("What the identifier guard refuses has its entry already, and gets no second one")
    func oneEntryEach() throws {
        let server = try TinyServer()
        let session = try server.unlock()
        var client = try server.client()
        for method in ["Export", "ContactAdd"] {
            let call: JSON = ["session": .string(session)]
            #expect(refusal { _ = try client.call(vault + method, call) } == "NeedsApproval")
        }
        #expect(server.house.state.with { $0.noted } == ["ContactAdd needsApproval - amina true"])
        let leak = Leak(kind: .protected, spots: [], more: 0)
        #expect(Refusal(HavreError.needsApproval("why", of: leak)).isWrittenDown)
        #expect(!Refusal(HavreError.needsApproval("why")).isWrittenDown)
        let wait = Refusal(HavreError.tooManyAttempts(waitSeconds: 7))
        #expect(wait.parameters["waitSeconds"]?.int == 7, "and who has to wait is told how long")
    }

    @Test("The checkpoint rides on every answer and its proof when asked for") func checkpointRides() throws {
        let server = try TinyServer()
        let token = try server.unlock()
        var client = try server.client()
        let plain = try client.call(vault + "Whoami", ["session": .string(token)]).parameters
        #expect(plain["checkpoint"] == "note" && plain["consistency"] == nil)
        let seen = try client.call(vault + "Whoami", ["session": .string(token), "seen": 3]).parameters
        #expect(seen["consistency"] == ["proof"])
        for (wrong, error) in [(-1, "Invalid"), ("3", "Invalid"), (8, "RolledBack")] as [(JSON, String)] {
            #expect(
                refusal { _ = try client.call(vault + "Whoami", ["session": .string(token), "seen": wrong]) }
                    == error)
        }
    }

    @Test("Who has seen more of the log than there is gets nothing done")
    func rolledBackBeforeTheAct() throws {
        let server = try TinyServer()
        var client = try server.client()
        let secret = SharedDescriptor(try MemoryFile(sealing: [UInt8]("x".utf8).span.bytes).take())
        let call: JSON = ["name": "amina", "passphrase": 0, "seen": 8]
        #expect(refusal { _ = try client.call(vault + "Unlock", call, [secret]) } == "RolledBack")
        #expect(try client.call(vault + "Status").parameters["unlocked"] == 0)
    }

    @Test("Locking everybody also reaches those whose unlock has begun: the house is told")
    func lockingEverybody() throws {
        let server = try TinyServer()
        _ = try server.unlock()
        var client = try server.client()
        #expect(try client.call(vault + "Lock", ["all": true]).parameters["locked"] == 1)
        #expect(server.house.state.with { $0.locked } == ["amina", "everybody"])
    }

    @Test("A descriptor is named by its index and others are refused") func descriptorNamed() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        let file = SharedDescriptor(try MemoryFile(sealing: [UInt8]("12345".utf8).span.bytes).take())
        // Reading a memory file starts where its writer stopped; open it afresh.
        let fresh = SharedDescriptor(
            Descriptor(owning: open("/proc/self/fd/\(file.descriptor.raw)", O_RDONLY)))
        let parameters: JSON = ["session": token, "file": 0]
        #expect(try client.call(vault + "Attach", parameters, [fresh]).parameters["bytes"] == 5)
        #expect(refusal { _ = try client.call(vault + "Attach", parameters) } == "Invalid")
        for index in [1, -1, 256, "0"] as [JSON] {
            #expect(
                refusal { _ = try client.call(vault + "Attach", ["session": token, "file": index], [fresh]) }
                    == "Invalid")
        }
        // A directory cannot be read: an error of the call, not of the daemon.
        let folder = SharedDescriptor(try Descriptor.open("/tmp", [.read, .directory]))
        #expect(refusal { _ = try client.call(vault + "Attach", parameters, [folder]) } == "Invalid")
        #expect(try client.call(vault + "Status").parameters["state"] == "serving")
    }

    @Test("Descriptors come back too") func descriptorsCome() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        #expect(refusal { _ = try client.call(vault + "AuditVerify", ["session": token]) } == "ExpectedMore")
        let answer = try client.call(vault + "Backup", ["session": token]) { _ in }
        #expect(answer.handles.count == 1)
        #expect(try answer.handles[0].descriptor.read(count: 5, at: 0) == Array("vault".utf8))
    }

    @Test("A oneway call is done and not answered") func onewayCall() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        try client.send(vault + "Lock", ["session": token])
        #expect(try client.call(vault + "Status").parameters["unlocked"] == 0)
    }

    @Test("What is not hers takes whole milliseconds") func takesWhole() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        for _ in 0..<20 {
            let file = SharedDescriptor(try Descriptor.open("/dev/null", [.read]))
            let begun = Clock.nanoseconds()
            let refused = refusal {
                _ = try client.call(
                    vault + "Attach", ["session": token, "case": "not hers", "file": 0], [file])
            }
            #expect(refused == "NotFound" && Clock.nanoseconds() - begun >= 1_000_000)
        }
    }

    @Test("A session that the house has ended serves no more") func sessionHouse() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        server.house.state.with { $0.over = ["amina"] }
        #expect(refusal { _ = try client.call(vault + "Whoami", ["session": token]) } == "Locked")
        #expect(try client.call(vault + "Status").parameters["unlocked"] == 0)
        server.house.state.with { $0.over = [] }
        #expect(refusal { _ = try client.call(vault + "Whoami", ["session": token]) } == "Locked")
    }

    @Test("Who locks everybody is told to the house") func locksEverybody() throws {
        let server = try TinyServer()
        _ = try server.unlock()
        var client = try server.client()
        #expect(try client.call(vault + "Lock", ["all": true]).parameters["locked"] == 1)
        #expect(server.house.state.with { $0.noted } == ["everybody true"])
    }

    // In a process of its own: one that another test begins holds what is closed here for a moment more.
    @Test("Long work ends when nobody waits for it") func longWork() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            let near = SharedDescriptor(Descriptor(owning: ends[0]))
            let teller = ProgressTeller(nil, hasGone: { near.descriptor.isHungUp() })
            try teller.tell(1 << 20, 10 << 20)
            // Whoever only sends no more still waits for the answer.
            try #require(shutdown(ends[1], Int32(SHUT_WR)) == 0)
            try teller.tell(2 << 20, 10 << 20)
            close(ends[1])
            // At the very next piece.
            #expect(throws: HavreError.busy) { try teller.tell(2 << 20 + 1, 10 << 20) }
        }
    }

    @Test("Answers come in the order of the calls") func answersCome() throws {
        let server = try TinyServer()
        let calls = (0..<1000).map { Call($0 % 2 == 0 ? vault + "Status" : "org.example.X.Y").encoded() }
        let answers = try server.raw(calls.flatMap { $0 }).split(separator: "\0")
        #expect(answers.count == 1000)
        for (index, answer) in answers.enumerated() {
            #expect(answer.contains("InterfaceNotFound") == (index % 2 == 1))
        }
    }

    @Test("Stopping ends every session and every conversation") func stoppingEnds() throws {
        let server = try TinyServer()
        _ = try server.unlock()
        var client = try server.client()
        _ = try client.call(vault + "Status")
        server.stop()
        #expect(server.house.state.with { $0.locked } == ["amina"])
        #expect(throws: WireError.self) { _ = try client.call(vault + "Status") }
    }
}
