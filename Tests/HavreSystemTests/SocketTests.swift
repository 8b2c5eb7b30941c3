import Foundation
import Testing

@testable import HavreSystem

@Suite struct SocketTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @Test("What squats on the path is refused and left alone") func squatsPath() throws {
        symlink("/tmp/elsewhere", scratch("link"))
        mkfifo(scratch("fifo"), 0o600)
        try Files.write([1], to: scratch("file"))
        mkdir(scratch("folder"), 0o700)
        for name in ["link", "fifo", "file", "folder"] {
            #expect(thrownCode { _ = try Listener(path: scratch(name)) } == SystemError.exists, "\(name)")
            #expect(try Files.exists(scratch(name)))
        }
        let live = try Listener(path: scratch("live"))
        #expect(thrownCode { _ = try Listener(path: scratch("live")) } == SystemError.addressInUse)
        _ = try Connection(path: scratch("live"))
        withExtendedLifetime(live.path) {}
    }

    @Test("A folder that others write in or that is a link is refused") func folderOthers() throws {
        for mode in [0o777, 0o770, 0o1777, 0o702] as [mode_t] {
            mkdir(scratch("open"), mode)
            chmod(scratch("open"), mode)
            #expect(thrownCode { _ = try Listener(path: scratch("open/s")) } == SystemError.notPermitted)
            rmdir(scratch("open"))
        }
        mkdir(scratch("real"), 0o700)
        symlink(scratch("real"), scratch("alias"))
        #expect(throws: SystemError.self) { _ = try Listener(path: scratch("alias/s")) }
        if getuid() == 0 {
            mkdir(scratch("foreign"), 0o700)
            chown(scratch("foreign"), 65534, 65534)
            #expect(thrownCode { _ = try Listener(path: scratch("foreign/s")) } == SystemError.notPermitted)
        }
    }

    @Test("The peer is who the kernel says") func peerKernel() throws {
        let listener = try Listener(path: scratch("s"))
        let client = try Connection(path: scratch("s"))
        let server = try listener.accept()
        let peer = try Peer(of: server)
        #expect(peer.pid == getpid() && peer.uid == geteuid() && peer.gid == getegid())
        // A kernel before 6.5 proves nothing, and then there is no session to narrow to.
        #expect(peer.terminalSession == nil || peer.terminalSession == getsid(0))
        withExtendedLifetime(client.descriptor.raw) {}
    }

    @Test("Bytes and descriptors arrive together") func bytesDescriptors() throws {
        let pair = try Connection.pair()
        let secret = try MemoryFile(sealing: [UInt8]("secret".utf8).span.bytes)
        try pair.first.send(Array("hello".utf8), [SharedDescriptor(secret.take())])
        let got = try receive(pair.second)
        #expect(got.bytes == Array("hello".utf8))
        #expect(got.descriptors.count == 1)
        let number = try #require(got.descriptors.first).descriptor.raw
        #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test("Waiting for a silent peer ends with the timeout") func waitingSilent() throws {
        let pair = try Connection.pair()
        try pair.first.setTimeouts(receiveMilliseconds: 20, sendMilliseconds: 20)
        #expect(thrownCode { _ = try receive(pair.first) } == SystemError.wouldBlock)
        let much = [UInt8](repeating: 0, count: 1 << 20)
        #expect(thrownCode { for _ in 0..<8 { try pair.first.send(much) } } == SystemError.wouldBlock)
    }

    @Test("Out-of-band and empty messages do not harm") func bandEmpty() throws {
        let pair = try Connection.pair()
        var byte: UInt8 = 1
        _ = send(pair.first.descriptor.raw, &byte, 1, Int32(MSG_OOB))
        _ = send(pair.first.descriptor.raw, &byte, 0, 0)
        try pair.first.send([2])
        #expect(try receive(pair.second).bytes.last == 2)
    }

    @Test("Long paths are served too") func longPaths() throws {
        let long = String(repeating: "d", count: 150)
        let listener = try Listener(path: scratch(long + "/s"))
        _ = try Connection(path: scratch(long + "/s"))
        _ = try listener.accept()
    }
}
