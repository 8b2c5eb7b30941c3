import CSystem

/// A system call that failed: which one, and the kernel's number for why. It never carries a path or contents.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the call, or of the rule of this room that refused, for example `open` or `socket path`.
    package let call: String
    /// `errno`, for example 2 for "no such file".
    package let code: Int32

    package init(_ call: String, _ code: Int32) {
        self.call = call
        self.code = code
    }

    /// Call and reason, for example `open: No such file or directory`.
    package var description: String { "\(call): \(reason)" }

    /// The C library's text for `code`.
    package var reason: String {
        let text = unsafe [CChar](unsafeUninitializedCapacity: 128) { room, count in
            unsafe csys_error_text(code, room.baseAddress!, room.count)
            count = room.count
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    // The numbers that callers decide on (Linux, the same on x86-64 and arm64).
    package static let notPermitted: Int32 = 1
    package static let noEntry: Int32 = 2
    package static let interrupted: Int32 = 4
    package static let inputOutput: Int32 = 5
    package static let wouldBlock: Int32 = 11
    package static let noMemory: Int32 = 12
    package static let accessDenied: Int32 = 13
    package static let exists: Int32 = 17
    package static let notADirectory: Int32 = 20
    package static let isADirectory: Int32 = 21
    package static let invalid: Int32 = 22
    package static let noTerminal: Int32 = 25
    package static let tooBig: Int32 = 27
    package static let noSpace: Int32 = 28
    package static let brokenPipe: Int32 = 32
    package static let nameTooLong: Int32 = 36
    package static let tooManyLinks: Int32 = 40
    package static let badMessage: Int32 = 74
    package static let addressInUse: Int32 = 98
    package static let connectionReset: Int32 = 104
    package static let timedOut: Int32 = 110
    package static let connectionRefused: Int32 = 111
    package static let quota: Int32 = 122
    package static let cancelled: Int32 = 125

    /// The disk is full or the quota is used up: nothing was lost, there is only no room.
    package var isFull: Bool { code == SystemError.noSpace || code == SystemError.quota }
}

/// Turns the answer of a shim (a count, or -errno) into a count or a thrown error.
@discardableResult
func check(_ call: String, _ answer: Int32) throws(SystemError) -> Int32 {
    guard answer >= 0 else { throw SystemError(call, -answer) }
    return answer
}

/// Calls again when a signal interrupted the call before it did anything.
func retrying(_ call: String, _ body: () -> Int) throws(SystemError) -> Int {
    while true {
        let answer = body()
        if answer >= 0 { return answer }
        if answer != -Int(SystemError.interrupted) { throw SystemError(call, Int32(-answer)) }
    }
}

/// Refuses what C would cut short: a path holding a NUL names another file than it says.
func checkPath(_ path: String) throws(SystemError) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemError("path", SystemError.invalid) }
}

/// Refuses what is not one step down: a name in a folder holds no slash and is neither `.` nor `..`.
func checkName(_ name: String) throws(SystemError) {
    try checkPath(name)
    guard !name.utf8.contains(UInt8(ascii: "/")), name != ".", name != ".." else {
        throw SystemError("name", SystemError.invalid)
    }
}
