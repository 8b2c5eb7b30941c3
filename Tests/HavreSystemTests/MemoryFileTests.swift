import Foundation
import Testing

@testable import HavreSystem

@Suite struct MemoryFileTests {
    private func read(_ file: borrowing Descriptor, room count: Int = 4096) throws -> [UInt8] {
        var room = [UInt8](repeating: 0, count: count)
        var whole = room.mutableSpan
        var span = whole.mutableBytes
        let got = try MemoryFile.read(sealed: file, into: &span)
        return Array(room[..<got])
    }

    @Test("A sealed secret is read and cannot be changed any more") func sealedSecret() throws {
        let secret = [UInt8]("correct horse".utf8)
        let file = try MemoryFile(sealing: secret.span.bytes)
        #expect(try read(file.descriptor) == secret)
        #expect(thrownCode { try file.descriptor.write([1]) } == SystemError.notPermitted)
        #expect(thrownCode { try file.descriptor.truncate(to: 1) } == SystemError.notPermitted)
        #expect(thrownCode { try file.descriptor.truncate(to: 100) } == SystemError.notPermitted)
        #expect(try read(MemoryFile(sealing: [UInt8]().span.bytes).descriptor) == [])
    }

    @Test("What the sender could still change is refused") func senderCould() throws {
        let open = try MemoryFile(named: "open")
        try open.descriptor.write([1, 2, 3])
        #expect(thrownCode { _ = try read(open.descriptor) } == SystemError.notPermitted)
        let scratch = try Scratch()
        try Files.write([1], to: scratch("file"))
        let file = try Descriptor.open(scratch("file"), [.read])
        #expect(thrownCode { _ = try read(file) } == SystemError.notPermitted)
        let pipe = try Descriptor.pipe()
        #expect(thrownCode { _ = try read(pipe.read) } == SystemError.notPermitted)
        // Three of the four seals are not enough.
        for missing in [F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE] {
            let part = try MemoryFile(named: "part")
            try part.descriptor.write([1])
            #expect(fcntl(part.descriptor.raw, F_ADD_SEALS, 15 & ~missing) == 0)
            #expect(thrownCode { _ = try read(part.descriptor) } == SystemError.notPermitted)
        }
    }

    @Test("A secret above the limit or the room is refused") func secretAbove() throws {
        let large = try MemoryFile(sealing: [UInt8](repeating: 1, count: 4097).span.bytes)
        #expect(thrownCode { _ = try read(large.descriptor, room: 8192) } == SystemError.tooBig)
        let some = try MemoryFile(sealing: [UInt8](repeating: 1, count: 33).span.bytes)
        #expect(thrownCode { _ = try read(some.descriptor, room: 32) } == SystemError.tooBig)
        #expect(try read(some.descriptor, room: 33).count == 33)
    }
}

private let F_ADD_SEALS: Int32 = 1033
private let F_SEAL_SEAL: Int32 = 1
private let F_SEAL_SHRINK: Int32 = 2
private let F_SEAL_GROW: Int32 = 4
private let F_SEAL_WRITE: Int32 = 8
