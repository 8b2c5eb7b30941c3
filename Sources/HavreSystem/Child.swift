import CSystem

/// A program that this one started and waits for. The caller names every descriptor that it gets.
package final class Child: Sendable {
    /// SIGTERM.
    package static let terminate: Int32 = 15

    private let pid: Int32
    private let status = Guarded<Int32?>(nil)

    /// Starts a program.
    /// - Parameters:
    ///   - path: The program, for example `/proc/self/exe`.
    ///   - arguments: With the program's name as the first.
    ///   - descriptors: What it finds as its descriptors 0, 1, 2 and so on; numbers above these count.
    /// - Throws: the error of the start, for example `noEntry`.
    package init(
        _ path: String, _ arguments: [String], descriptors: [SharedDescriptor]
    ) throws(SystemError) {
        try checkPath(path)
        for argument in arguments where argument.utf8.contains(0) {
            throw SystemError("spawn", SystemError.invalid)
        }
        let numbers = descriptors.map { $0.descriptor.raw }
        var starts: [Int] = []
        var texts: [CChar] = []
        for argument in arguments {
            starts.append(texts.count)
            texts += argument.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        var started: Int32 = 0
        let answer = unsafe path.withCString { path in
            unsafe texts.withUnsafeMutableBufferPointer { texts in
                let base = texts.baseAddress
                var list = unsafe starts.map { start in unsafe base.map { unsafe $0 + start } }
                unsafe list.append(nil)
                return unsafe csys_spawn(path, list, numbers, numbers.count, &started)
            }
        }
        try check("spawn", answer)
        // The descriptors must outlive the call that lent their numbers.
        withExtendedLifetime(descriptors) {}
        pid = started
    }

    /// Sends a signal; nothing happens when the program was waited for.
    package func signal(_ number: Int32) {
        status.with { status in if status == nil { _ = csys_kill(pid, number) } }
    }

    /// Waits until the program has ended.
    /// - Returns: Its exit status, or 128 and the number of the signal that ended it.
    @discardableResult
    package func wait() throws(SystemError) -> Int32 {
        if let known = status.with({ $0 }) { return known }
        let found = try check("wait", csys_wait(pid))
        status.with { $0 = found }
        return found
    }
}
