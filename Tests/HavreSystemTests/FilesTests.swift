import Foundation
import Testing

@testable import HavreSystem

@Suite struct FilesTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @Test("A failed replacement leaves the old file and no temporary one") func failedReplacement() throws {
        try Files.write([1], to: scratch("file"))
        try FileManager.default.createDirectory(
            atPath: scratch("folder"), withIntermediateDirectories: false)
        #expect(throws: SystemError.self) { try Files.write([2], to: scratch("folder")) }
        #expect(try Directory(path: scratch.path).list() == ["file", "folder"])
    }

    @Test("A file above the limit is refused") func fileAbove() throws {
        try Files.write([UInt8](repeating: 7, count: 10), to: scratch("big"))
        #expect(thrownCode { _ = try Files.read(scratch("big"), byteCountMax: 9) } == SystemError.tooBig)
    }

    @Test("Links, pipes, folders and devices are not read as files") func linksPipes() throws {
        try Files.write([1], to: scratch("real"))
        symlink(scratch("real"), scratch("link"))
        mkfifo(scratch("pipe"), 0o600)
        mkdir(scratch("folder"), 0o700)
        for name in ["link", "pipe", "folder"] {
            #expect(throws: SystemError.self) { _ = try Files.read(scratch(name), byteCountMax: 9) }
        }
        #expect(throws: SystemError.self) { _ = try Files.read("/dev/zero", byteCountMax: 9) }
        symlink(scratch("folder"), scratch("linked-folder"))
        #expect(throws: SystemError.self) { _ = try Directory(path: scratch("linked-folder")) }
    }

    @Test("Names that leave the folder or are cut short by C are refused") func namesLeave() throws {
        let folder = try Directory(path: scratch.path)
        for name in ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b"] {
            #expect(thrownCode { _ = try folder.open(name, [.read]) } == SystemError.invalid, "\(name)")
            #expect(thrownCode { try folder.rename("a", to: name) } == SystemError.invalid)
            #expect(thrownCode { try folder.unlink(name) } == SystemError.invalid)
        }
        #expect(thrownCode { _ = try Files.read(scratch("a\0b"), byteCountMax: 1) } == SystemError.invalid)
    }

    @Test("Renaming without replacing keeps what is there") func renamingWithout() throws {
        let folder = try Directory(path: scratch.path)
        try folder.write([1], to: "a")
        try folder.write([2], to: "b")
        #expect(thrownCode { try folder.rename("a", to: "b", replacing: false) } == SystemError.exists)
        #expect(try folder.read("b", byteCountMax: 1) == [2])
        try folder.rename("a", to: "b")
        #expect(try folder.read("b", byteCountMax: 1) == [1])
    }

    @Test("A lock is held by one at a time and freed with its owner") func lockHeld() throws {
        let folder = try Directory(path: scratch.path)
        var held: FileLock? = try FileLock(in: folder)
        #expect(thrownCode { _ = try FileLock(in: folder) } == SystemError.wouldBlock)
        withExtendedLifetime(held) {}
        held = nil
        _ = try FileLock(in: folder)
    }

    @Test("A folder that is locked itself stays so when its lock file is renamed away or removed")
    func folderLock() throws {
        let folder = try Directory(path: scratch.path)
        func lock() throws -> FileLock { try FileLock(in: Directory(path: scratch.path), andFolder: true) }
        var held: FileLock? = try lock()
        try folder.rename("lock", to: "away")
        #expect(thrownCode { _ = try lock() } == SystemError.wouldBlock)
        try folder.unlinkIfPresent("lock")
        #expect(thrownCode { _ = try lock() } == SystemError.wouldBlock)
        withExtendedLifetime(held) {}
        held = nil
        _ = try lock()
    }

    @Test("A line is taken byte by byte and the rest stays") func lineTaken() throws {
        var pipe = try Descriptor.pipe()
        try pipe.write.write(Array("first\nsecond\nlonger than room\nlast".utf8))
        pipe.write = try Descriptor.open("/dev/null", [.write])
        var room = [UInt8](repeating: 0, count: 8)
        func line() throws -> String? {
            var whole = room.mutableSpan
            var span = whole.mutableBytes
            guard let count = try pipe.read.readLine(into: &span) else { return nil }
            return String(decoding: room[..<count], as: UTF8.self)
        }
        #expect(try line() == "first")
        #expect(try line() == "second")
        #expect(thrownCode { _ = try line() } == SystemError.tooBig)
        #expect(try line() == "last")
        #expect(try line() == nil)
    }
}
