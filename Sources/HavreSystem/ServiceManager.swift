import CSystem

/// What systemd and its like expect of a service: sockets handed over, and word of when it serves.
package enum ServiceManager {
    /// As sd_listen_fds(3) says.
    static let firstDescriptor: Int32 = 3

    /// The sockets that were handed over, each close-on-exec; empty when none were. The variables that announce
    /// them are removed, so it works once.
    /// - Throws: `invalid` when what was announced is not there, or for more than 16 of them.
    package static func listeners() throws(SystemError) -> [SharedDescriptor] {
        try listeners(from: firstDescriptor)
    }

    /// The same from another number on: in a test's process the first ones are somebody else's.
    static func listeners(from first: Int32) throws(SystemError) -> [SharedDescriptor] {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unset(name) } }
        guard let pid = Process.environment("LISTEN_PID"), let count = Process.environment("LISTEN_FDS")
        else { return [] }
        guard Int32(pid) == csys_pid() else { return [] }
        guard let count = Int32(count), (0...16).contains(count) else {
            throw SystemError("LISTEN_FDS", SystemError.invalid)
        }
        var found: [SharedDescriptor] = []
        for number in first..<(first + count) {
            try check("LISTEN_FDS", csys_close_on_exec(number))
            found.append(SharedDescriptor(Descriptor(owning: number)))
        }
        return found
    }

    /// Tells the service manager something, for example `READY=1` or `STOPPING=1`; nothing happens when there is
    /// none.
    /// - Returns: Whether there was one and it was told.
    @discardableResult
    package static func notify(_ state: String) throws(SystemError) -> Bool {
        guard var path = Process.environment("NOTIFY_SOCKET"), let first = path.utf8.first else {
            return false
        }
        guard first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else {
            throw SystemError("NOTIFY_SOCKET", SystemError.invalid)
        }
        let isAbstract = first == UInt8(ascii: "@")
        if isAbstract { path = "\0" + path.dropFirst() }
        let socket = Descriptor(owning: try check("socket", csys_socket(1)))
        let name = path.utf8.map { CChar(bitPattern: $0) }
        let answer = unsafe name.withUnsafeBufferPointer {
            unsafe csys_connect(socket.raw, $0.baseAddress!, $0.count)
        }
        try check("connect", answer)
        let bytes = [UInt8](state.utf8)
        let number = socket.raw
        _ = try retrying("send") {
            unsafe bytes.withUnsafeBytes { unsafe csys_send(number, $0.baseAddress!, $0.count, nil, 0) }
        }
        return true
    }

    private static func unset(_ name: String) {
        _ = unsafe name.withCString { unsafe csys_unset_environment($0) }
    }
}
