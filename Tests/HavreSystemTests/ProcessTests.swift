import Foundation
import Testing

@testable import HavreSystem

@Suite struct ProcessTests {
    @Test("Confining makes the process unreadable and leaves no core") func confiningMakes() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let report = try Sandbox.confine()
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            let mask = umask(0)
            let good =
                report.unreadable && Process.isHardened && limit.rlim_cur == 0 && limit.rlim_max == 0
                && mask == 0o077
            exit(good ? 0 : 1)
        }
    }

    @Test("The service manager's sockets are taken once and only by the process they are for")
    func serviceManagers() async {
        #expect(ServiceManager.firstDescriptor == 3)
        await #expect(processExitsWith: .success) { try takeListeners(from: 700) }
    }

    @Test("What is not a listening socket is not taken for one") func listeningSocket() throws {
        let file = try Descriptor.open("/dev/null", [.read])
        #expect(thrownCode { _ = try Listener(inherited: try file.duplicate()) } == SystemError.invalid)
        let connected = try Connection.pair().takeFirst()
        #expect(
            thrownCode { _ = try Listener(inherited: try connected.descriptor.duplicate()) }
                == SystemError.invalid)
    }

    @Test("Readiness reaches the service manager also by an abstract name") func readinessReaches() async {
        await #expect(processExitsWith: .success) { try notifyBoth() }
    }
}

/// - Parameter first: a number that is free; what lies at 3 here the runtime of the tests uses.
private func takeListeners(from first: Int32) throws {
    setenv("LISTEN_FDS", "1", 1)
    setenv("LISTEN_PID", "1", 1)
    #expect(try ServiceManager.listeners(from: first).isEmpty)
    #expect(getenv("LISTEN_FDS") == nil)
    let scratch = try Scratch()
    let made = try Listener(path: scratch("s"))
    try #require(fcntl(first, F_GETFD) == -1 && dup2(made.descriptor.raw, first) == first)
    setenv("LISTEN_FDS", "1", 1)
    setenv("LISTEN_PID", "\(getpid())", 1)
    let found = try ServiceManager.listeners(from: first)
    try #require(found.count == 1 && found[0].descriptor.raw == first)
    #expect(fcntl(first, F_GETFD) & FD_CLOEXEC != 0)
    _ = try Listener(inherited: try found[0].descriptor.duplicate())
    #expect(try ServiceManager.listeners(from: first).isEmpty)
    setenv("LISTEN_FDS", "9999", 1)
    setenv("LISTEN_PID", "\(getpid())", 1)
    #expect(throws: SystemError.self) { _ = try ServiceManager.listeners(from: first) }
}

private func notifyBoth() throws {
    for isAbstract in [false, true] {
        let path = "/tmp/havre-notify-\(getpid())"
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = (isAbstract ? [0] : []) + Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let size = socklen_t(2 + name.count + (isAbstract ? 0 : 1))
        unlink(path)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(receiver, $0, size) }
        }
        #expect(bound == 0)
        defer { unlink(path) }
        setenv("NOTIFY_SOCKET", isAbstract ? "@" + path : path, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        #expect((try? ServiceManager.notify("READY=1\nSTATUS=up")) == true)
        var room = [UInt8](repeating: 0, count: 100)
        let got = recv(receiver, &room, room.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: room[..<max(0, got)], as: UTF8.self) == "READY=1\nSTATUS=up")
    }
    #expect((try? ServiceManager.notify("READY=1")) == false)
}
