import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import Havre
@testable import HavreDaemon

/// Answers that come in parts, and what ends them.
@Suite struct LongAnswerTests {
    @Test("Progress comes only to who asks for more") func progressComes() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        let null = SharedDescriptor(try Descriptor.open("/dev/null", [.read]))
        var seen: [JSON] = []
        let last = try client.call(vault + "Attach", ["session": token, "file": 0], [null]) {
            seen.append($0.parameters)
        }
        #expect(seen.count == 3 && seen[2] == ["progress": ["done": 3, "total": 3]])
        #expect(last.parameters["bytes"] == 0)
        #expect(
            try client.call(vault + "Attach", ["session": token, "file": 0], [null]).parameters["bytes"] == 0)
    }

    @Test("A list longer than a message comes in parts") func listLonger() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        let few: JSON = ["session": token, "case": "900"]
        #expect(try client.call(vault + "Show", few).parameters["records"]?.array?.count == 900)
        let many: JSON = ["session": token, "case": "3000"]
        #expect(refusal { _ = try client.call(vault + "Show", many) } == "ExpectedMore")
        var count = 0
        let last = try client.call(vault + "Show", many) {
            count += $0.parameters["records"]?.array?.count ?? 0
        }
        count += last.parameters["records"]?.array?.count ?? 0
        #expect(count == 3000 && last.parameters["checkpoint"] == "note")
    }

    @Test("Two lists come in parts and what stands beside them in every part") func twoLists() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        let many: JSON = ["session": token, "case": "1500", "name": "Louis"]
        #expect(refusal { _ = try client.call(vault + "Revoke", many) } == "ExpectedMore")
        var parts: [JSON] = []
        let last = try client.call(vault + "Revoke", many) { parts.append($0.parameters) }
        parts.append(last.parameters)
        #expect(parts.count > 8)
        for (name, count) in [("opened", 1500), ("exported", 750)] {
            let items = parts.flatMap { $0[name]?.array ?? [] }.compactMap {
                $0.string?.split(separator: " ")[0]
            }
            #expect(items == (0..<count).map { "\($0)" }, "\(name), each item once and in order")
        }
        for part in parts {
            #expect(part["removed"] == "Louis" && part["compartments"] == ["legal"])
            #expect(part.encoded().count < 70 << 10)
        }
    }

    @Test("A list goes no further when its session ends: what lay in the socket and one part still come")
    func aListEndsWithItsSession() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        var byteCount = 0
        let refused = refusal {
            _ = try client.call(vault + "Show", ["session": token, "case": "3000"]) { part in
                if byteCount == 0 { server.house.state.with { _ = $0.over.insert("amina") } }
                byteCount += part.parameters.encoded().count
            }
        }
        #expect(refused == "Locked")
        #expect(byteCount <= 512 << 10, "\(byteCount) of 3 MiB")
    }

    @Test("What a reader does not take ends with the process after a panic") func readerTake() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        let idle = SocketChannel.Socket(try Connection(path: server.path))
        var client = try server.client()
        try idle.connection.send(
            Call(vault + "Show", ["session": token, "case": "3000"], more: true).encoded())
        // The answer has begun; its three megabytes do not fit into the socket.
        #expect(try idle.connection.descriptor.waitReadable(milliseconds: 60_000))
        _ = try client.call(vault + "Panic")
        let ended: Bool? = server.processEnds.when({ $0 == 1 }, withinMilliseconds: 60_000) { _ in true }
        #expect(ended == true)
        withExtendedLifetime(idle) {}
    }

    @Test("A panic beside calls that end keeps the process") func panicBeside() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var other = try server.client()
        var client = try server.client()
        for _ in 0..<50 { _ = try other.call(vault + "Show", ["session": token, "case": "9"]) }
        // Answered by the same thread: the last of them has ended.
        _ = try other.call(vault + "Status")
        _ = try client.call(vault + "Panic")
        for _ in 0..<300 {
            #expect(refusal { _ = try other.call(vault + "Show", ["session": token, "case": "9"]) } != nil)
            Clock.sleep(milliseconds: 1)
        }
        #expect(server.processEnds.with { $0 } == 0)
    }

    @Test("An answer that nobody would read is an error and the conversation goes on")
    func answerNobody() throws {
        let server = try TinyServer()
        let token = JSON.string(try server.unlock())
        var client = try server.client()
        let long: JSON = ["session": token, "case": "3000", "record": "r"]
        #expect(refusal { _ = try client.call(vault + "History", long) } == "ExpectedMore")
        #expect(try client.call(vault + "Whoami", ["session": token]).parameters["user"] == "amina")
    }
}
