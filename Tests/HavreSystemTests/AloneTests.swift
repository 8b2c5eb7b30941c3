import Foundation
import Testing

@testable import HavreSystem

/// Rules about things that a whole process shares (umask, descriptors): each in a process of its own, for other
/// tests run beside this one.
@Suite struct AloneTests {
    @Test("A written file is read back and closed to others, whatever the umask") func writtenFile() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            for mask in [0o000, 0o077, 0o022] as [mode_t] {
                let before = umask(mask)
                defer { umask(before) }
                try Files.write([1, 2, 3], to: scratch("a\(mask)"))
                #expect(try Files.read(scratch("a\(mask)"), byteCountMax: 3) == [1, 2, 3])
                #expect(try scratch.mode("a\(mask)") == 0o600)
            }
            let names = try Directory(path: scratch.path).list()
            #expect(names == ["a0", "a18", "a63"], "no temporary file is left")
        }
    }

    @Test("A private folder is made with its mode and a looser one is refused") func privateFolder() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let before = umask(0)
            defer { umask(before) }
            _ = try Directory(private: scratch("mine"))
            #expect(try scratch.mode("mine") == 0o700)
            _ = try Directory(private: scratch("mine"))
            chmod(scratch("mine"), 0o750)
            #expect(thrownCode { _ = try Directory(private: scratch("mine")) } == SystemError.notPermitted)
            _ = try Directory(private: scratch("mine"), mode: 0o750)
            symlink(scratch("mine"), scratch("alias"))
            #expect(throws: SystemError.self) { _ = try Directory(private: scratch("alias")) }
        }
    }

    @Test("The socket and its folder have their final modes, whatever the umask") func socketFolder() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            for (mask, folderMode, socketMode) in [
                (0o000, 0o700, 0o600), (0o077, 0o750, 0o660), (0o000, 0o750, 0o660),
            ] as [(mode_t, UInt32, UInt32)] {
                let before = umask(mask)
                defer { umask(before) }
                let folder = "f\(mask)\(folderMode)"
                let listener = try Listener(
                    path: scratch("\(folder)/s.sock"), folderMode: folderMode, socketMode: socketMode)
                #expect(try scratch.mode(folder) == folderMode)
                #expect(try Directory(path: scratch(folder)).status("s.sock")?.mode == socketMode)
                #expect(listener.path == scratch("\(folder)/s.sock"))
            }
        }
    }

    @Test("The mode is final from the moment of bind, not afterwards") func modeFinal() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            // Another thread looks at the name while sockets are made: no look may see more than 0600.
            let before = umask(0)
            defer { umask(before) }
            let path = scratch("race")
            mkdir(path, 0o700)
            let stop = Guarded(false)
            let loosest = Guarded<UInt32>(0)
            let ended = Guarded(false)
            try Threads.spawn {
                while !stop.with({ $0 }) {
                    var found = stat()
                    if stat(path + "/s", &found) == 0 { loosest.with { $0 |= found.st_mode & 0o777 } }
                }
                ended.with { $0 = true }
                ended.broadcast()
            }
            for _ in 0..<300 { _ = try Listener(path: path + "/s") }
            stop.with { $0 = true }
            ended.when {
                $0
            } _: { _ in
            }
            #expect(loosest.with { $0 } & 0o177 == 0)
        }
    }

    // A process that another test begins holds every descriptor of this one until it is a program of its own: what was
    // closed here would go on there for a moment.
    @Test("Our own dead socket is replaced") func ourOwn() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            do { _ = try Listener(path: scratch("s")) }
            #expect(try Files.exists(scratch("s")))
            _ = try Listener(path: scratch("s"))
        }
    }

    @Test("An end that has gone is seen and raises no signal") func endGone() async {
        await #expect(processExitsWith: .success) {
            let left = try Connection.pair().takeFirst()
            #expect(thrownCode { try left.send([1]) } == SystemError.brokenPipe)
            #expect(try receive(left).bytes.isEmpty)
        }
    }

    @Test("Descriptors are closed by their owner and not inherited by programs") func descriptorsClosed()
        async
    {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            for _ in 0..<50 {
                try Files.write([1], to: scratch("a"))
                _ = try Directory(path: scratch.path).list()
                _ = try? Files.read(scratch("none"), byteCountMax: 1)
            }
            #expect(openDescriptors(below: scratch.path) == 0)
            let file = try Descriptor.open(scratch("a"), [.read])
            #expect(fcntl(file.raw, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test("More descriptors than allowed end the conversation and leave none open") func moreDescriptors()
        async
    {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            try Files.write([1], to: scratch("passed"))
            let file = SharedDescriptor(try Descriptor.open(scratch("passed"), [.read]))
            for (sent, allowed) in [(9, 8), (253, 8), (1, 0), (2, 1), (8, 7)] {
                let pair = try Connection.pair()
                try pair.first.send([1], Array(repeating: file, count: sent))
                #expect(thrownCode { _ = try receive(pair.second, allowed) } == SystemError.tooManyLinks)
            }
            for _ in 0..<200 {
                let pair = try Connection.pair()
                try pair.first.send([1], Array(repeating: file, count: 253))
                _ = try? receive(pair.second)
            }
            #expect(openDescriptors(below: scratch.path) == 1)
            let pair = try Connection.pair()
            try pair.first.send([1], Array(repeating: file, count: 8))
            #expect(try receive(pair.second).descriptors.count == 8)
        }
    }
}
