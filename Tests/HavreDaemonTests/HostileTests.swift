import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import HavreDaemon

@Suite struct HostileTests {
    /// Whether something comes true within a minute, looked at every 50 ms.
    private func comesTrue(_ condition: () -> Bool) -> Bool {
        let until = Clock.milliseconds() + 60_000
        while Clock.milliseconds() < until {
            if condition() { return true }
            Clock.sleep(milliseconds: 50)
        }
        return condition()
    }

    private func isAlive(_ server: TinyServer) throws -> Bool {
        var client = try server.client()
        return try client.call(vault + "Status").parameters["state"] == "serving"
    }

    @Test("What is no message gets one answer and the end") func messageGets() throws {
        let server = try TinyServer()
        let deep = Array(
            (#"{"method":"a.B","parameters":{"x":"# + String(repeating: "[", count: 10_000)).utf8)
        let status = Call(vault + "Status").encoded()
        let cases: [[UInt8]] = [
            [0], [0, 0, 0], Array("{}".utf8) + [0], Array("hello".utf8) + [0], deep + [0],
            Array(#"{"method":"a.B","method":"a.C"}"#.utf8) + [0], [0xff, 0xfe, 0], [0xc0, 0xaf, 0],
            Array(#"{"method":"a.B","parameters":{"x":NaN}}"#.utf8) + [0],
            Array(#"{"method":"a.B","upgrade":true}"#.utf8) + [0],
            [UInt8](repeating: 0x61, count: (1 << 20) + 1), [UInt8](repeating: 0x61, count: 3 << 20),
        ]
        for bytes in cases {
            let answers = try server.raw(bytes + status, keepOpen: true).split(separator: "\0")
            #expect(answers.count == 1 && answers[0].contains("org.havre.Vault.Invalid"))
        }
        for cut in [Array("{\"meth".utf8), [], Array(status.dropLast())] {
            #expect(try server.raw(cut).isEmpty)
        }
        #expect(try isAlive(server))
    }

    @Test("Too many descriptors end the conversation and leave none behind") func tooMany() throws {
        let server = try TinyServer()
        let marked = SharedDescriptor(Descriptor(owning: open(server.folder, O_RDONLY | O_DIRECTORY)))
        func held() -> Int {
            (0..<4096).count {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
                    == server.folder
            }
        }
        let before = held()
        for count in [9, 253] {
            for _ in 0..<50 {
                let connection = try Connection(path: server.path)
                try connection.send(
                    Call(vault + "Status").encoded(), Array(repeating: marked, count: count))
                try connection.setTimeouts(receiveMilliseconds: 60_000, sendMilliseconds: 60_000)
                var room = [UInt8](repeating: 0, count: 100)
                var whole = room.mutableSpan
                var span = whole.mutableBytes
                // The end, or a reset because the rest was never read.
                let got = (try? connection.receive(into: &span, descriptorsMax: 1).count) ?? 0
                #expect(got == 0)
            }
        }
        // Eight with a call that takes none are closed with it.
        for _ in 0..<50 {
            var client = try server.client()
            _ = try client.call(vault + "Status", [:], Array(repeating: marked, count: 8))
        }
        #expect(try isAlive(server))
        // The last conversations end on threads of their own.
        #expect(comesTrue { held() == before })
    }

    @Test("A message that never ends is cut and others are served meanwhile") func messageNever() throws {
        var limits = Limits()
        limits.frameMilliseconds = 200
        let server = try TinyServer(limits: limits)
        let slow = try (0..<60).map { _ in
            let connection = SocketChannel.Socket(try Connection(path: server.path))
            try connection.connection.send(Array("{\"method\":".utf8))
            return connection
        }
        // A drip every 50 ms does not prolong it.
        var isServed = true
        let areCut = comesTrue {
            isServed = isServed && (try? isAlive(server)) == true
            return slow.count { (try? $0.connection.send([0x20])) != nil } == 0
        }
        #expect(areCut && isServed)
    }

    @Test("One user has so many connections and no more") func oneUser() throws {
        var limits = Limits()
        limits.connectionsPerUser = 5
        let server = try TinyServer(limits: limits)
        var held: [SocketChannel.Socket] = []
        for _ in 0..<5 {
            let socket = SocketChannel.Socket(try Connection(path: server.path))
            try socket.connection.send(Call(vault + "Status").encoded())
            #expect(try socket.connection.descriptor.waitReadable(milliseconds: 60_000))
            held.append(socket)
        }
        #expect(try server.raw([], keepOpen: true).contains("org.havre.Vault.Busy"))
        #expect(
            refusal {
                var client = try server.client(); _ = try client.call(vault + "Status")
            } != nil)
        held.removeAll()
        #expect(comesTrue { (try? isAlive(server)) ?? false })
    }

    @Test("Two users who take every connection they get keep no third one out")
    func placesKept() throws {
        let server = try TinyServer()
        let count = ConnectionCount(limits: Limits())
        let socket = SocketChannel.Socket(try Connection(path: server.path))
        func most(_ uid: UInt32) -> [Int] {
            var numbers: [Int] = []
            while let number = count.enter(socket, uid: uid) { numbers.append(number) }
            return numbers
        }
        let first = most(1)
        #expect(first.count == 128)
        #expect(most(2).count == 64)
        // Everybody else still has what a person at a desk uses; nobody more than that.
        for uid: UInt32 in 3..<19 { #expect(most(uid).count == 4, "\(uid)") }
        #expect(most(19).isEmpty, "256 are all")
        for number in first { count.leave(number, uid: 1) }
        #expect(most(19).count == 64)
    }

    @Test("Large messages of many share the memory") func largeMessages() throws {
        var limits = Limits()
        limits.frameByteCount = 1 << 20
        let server = try TinyServer(limits: limits)
        let half = Array("{\"method\":\"".utf8) + [UInt8](repeating: 0x61, count: 900_000)
        let first = try Connection(path: server.path)
        try first.send(half)
        // The server has all of it: nothing waits in the socket any more.
        var left: Int32 = 1
        let isTaken = comesTrue { ioctl(first.descriptor.raw, UInt(TIOCOUTQ), &left) == 0 && left == 0 }
        #expect(isTaken)
        #expect(try server.raw(half, keepOpen: true).contains("org.havre.Vault.Busy"))
        #expect(try isAlive(server))
        withExtendedLifetime(first.descriptor.raw) {}
    }

    @Test("Guesses run out and come back with time") func guessesRun() throws {
        var limits = Limits()
        limits.guesses = 3
        limits.guessesPerMinute = 60
        let server = try TinyServer(limits: limits) { $0.clock }
        var client = try server.client()
        let wrong: JSON = ["name": "eve", "passphrase": 0]
        for _ in 0..<3 {
            #expect(refusal { _ = try client.call(vault + "Unlock", wrong) } == "WrongPassphrase")
        }
        #expect(refusal { _ = try client.call(vault + "Unlock", wrong) } == "TooManyAttempts")
        #expect(
            refusal { _ = try client.call(vault + "Unlock", ["name": "amina", "passphrase": 0]) }
                == "TooManyAttempts")
        #expect(try isAlive(server))
        server.house.state.with { $0.boot += 1 }
        #expect(refusal { _ = try client.call(vault + "Unlock", ["name": "amina", "passphrase": 0]) } == nil)
    }
}
