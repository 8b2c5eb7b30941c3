import Foundation
import Testing

@testable import HavreSystem

/// A folder of its own for one test, 0700, removed at the end.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/havre-system-XXXXXX\0".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
        guard let made else { throw SystemError("mkdtemp", errno) }
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func mode(_ name: String) throws -> UInt32 {
        try #require(try Directory(path: path).status(name)).mode
    }
}

/// The error a body threw, for comparing its number.
func thrownCode(_ body: () throws -> Void) -> Int32? {
    do {
        try body()
        return nil
    } catch let error as SystemError {
        return error.code
    } catch {
        return -1
    }
}

/// How many open descriptors of this process lead to a file at or below `path`.
func openDescriptors(below path: String) -> Int {
    (0..<1024).count { number in
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
        return target?.hasPrefix(path) ?? false
    }
}

/// What one call of `receive` brings.
func receive(
    _ connection: borrowing Connection, _ descriptorsMax: Int = 8
) throws -> (bytes: [UInt8], descriptors: [SharedDescriptor]) {
    var room = [UInt8](repeating: 0, count: 4096)
    var whole = room.mutableSpan
    var span = whole.mutableBytes
    let got = try connection.receive(into: &span, descriptorsMax: descriptorsMax)
    return (Array(room[..<got.count]), got.descriptors)
}
