import CSystem

/// This process: who it is, what it may still do, and how little it leaves behind.
package enum Process {
    /// Effective user.
    package static var uid: UInt32 { csys_uid() }
    /// Effective group.
    package static var gid: UInt32 { csys_gid() }
    package static var pid: Int32 { csys_pid() }

    /// The value of an environment variable; nil when unset or not UTF-8.
    package static func environment(_ name: String) -> String? {
        guard let value = unsafe name.withCString({ unsafe csys_environment($0) }) else { return nil }
        return unsafe String(validatingCString: value)
    }

    /// Whether descriptor `number` is a terminal.
    package static func isTTY(_ number: Int32) -> Bool { csys_is_terminal(number) == 1 }

    /// Columns and rows of the terminal behind descriptor `number`; nil when it is none or does not say.
    package static func terminalSize(of number: Int32) -> (columns: Int, rows: Int)? {
        var columns: UInt32 = 0
        var rows: UInt32 = 0
        guard unsafe csys_terminal_size(number, &columns, &rows) == 0, columns > 0, rows > 0 else {
            return nil
        }
        return (Int(columns), Int(rows))
    }

    /// Login name of a user; nil when there is none.
    package static func userName(of uid: UInt32) -> String? {
        var name = [CChar](repeating: 0, count: 256)
        let answer = unsafe name.withUnsafeMutableBufferPointer {
            unsafe csys_user(uid, $0.baseAddress!, $0.count)
        }
        guard answer == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Number of a user by login name; nil when there is none.
    package static func userID(of name: String) -> UInt32? {
        var uid: UInt32 = 0
        return unsafe name.withCString { unsafe csys_user_id($0, &uid) } == 0 ? uid : nil
    }

    /// Terminal session (getsid) of a process, 0 for one that began outside of this container; nil when the process is
    /// gone.
    package static func terminalSession(of pid: Int32) -> Int32? {
        let session = csys_session(pid)
        return session >= 0 ? session : nil
    }

    /// The process that leads a terminal session. As long as it lives, no other session gets the same number: numbers
    /// are used again, and whoever starts processes until one has the number of a terminal that was closed leads a
    /// session of this number.
    /// - Returns: nil when it is not visible from here or has ended.
    package static func leader(ofTerminalSession session: Int32) -> SharedDescriptor? {
        guard session > 0 else { return nil }
        let answer = csys_open_process(session)
        guard answer >= 0 else { return nil }
        let leader = SharedDescriptor(Descriptor(owning: answer))
        guard csys_session(session) == session, !hasEnded(leader) else { return nil }
        return leader
    }

    /// Whether the process of a descriptor has ended.
    package static func hasEnded(_ process: SharedDescriptor) -> Bool {
        csys_poll(process.descriptor.raw, 0) != 0
    }

    /// Files made from now on are closed to others unless their mode is set on purpose.
    package static func closeUmask() { _ = csys_umask(0o077) }

    /// Makes the process unreadable to others of the same user: no ptrace, no `/proc/PID/mem`, no core, and no
    /// way to gain rights by executing something.
    package static func hardenSelf() throws(SystemError) {
        try check("prctl", csys_not_dumpable())
        try check("setrlimit", csys_no_core())
        try check("prctl", csys_no_new_privileges())
    }

    /// Whether `hardenSelf` holds, read back from the kernel.
    package static var isHardened: Bool { csys_is_dumpable() == 0 && csys_has_no_new_privileges() == 1 }

    /// Whether memory can be locked here; when not, `status` says so.
    package static var canLockMemory: Bool { csys_can_lock_memory() == 1 }

    /// Raises the soft limit of open files as far as allowed.
    /// - Returns: The limit that holds now.
    @discardableResult
    package static func allowOpenFiles(_ count: Int) throws(SystemError) -> Int {
        Int(try check("setrlimit", csys_open_files_limit(UInt64(count))))
    }

    /// A write to a closed pipe fails with an error instead of ending the process.
    package static func ignoreBrokenPipe() throws(SystemError) {
        try check("signal", csys_ignore_broken_pipe())
    }

    /// What must be set before `main` runs: freed memory is overwritten and not kept for reuse by a thread, and a
    /// crash prints no registers and no memory (LAB 0, trap 2).
    package static let hardenedEnvironment = [
        ("GLIBC_TUNABLES", "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"),
        ("SWIFT_BACKTRACE", "enable=no"),
    ]

    /// Opens what is closed of descriptors 0, 1 and 2, so that no file of ours gets such a number and what is printed
    /// lands in it. Reading and writing them fails as before. Call it before anything is opened.
    package static func keepStandardDescriptors() throws(SystemError) {
        try check("open", csys_keep_standard())
    }

    /// Starts this program again, once, with `hardenedEnvironment`; returns at once when it already has it. Call
    /// it first in `main`, before anything is opened: descriptors without close-on-exec and the process number
    /// stay, everything else starts afresh.
    /// - Throws: the error of the exec; the caller ends then, for a process that keeps what it frees is not one to
    ///   give a passphrase to.
    package static func reexecHardened() throws(SystemError) {
        if hardenedEnvironment.allSatisfy({ environment($0.0) == $0.1 }) { return }
        for (name, value) in hardenedEnvironment {
            let answer = unsafe name.withCString { name in
                unsafe value.withCString { unsafe csys_set_environment(name, $0) }
            }
            try check("setenv", answer)
        }
        let answer = unsafe "/proc/self/exe".withCString { path in
            unsafe csys_exec(path, UnsafePointer(CommandLine.unsafeArgv))
        }
        try check("exec", answer)
    }

    /// Ends the process as `kill -9` does: for crash tests.
    package static func kill() -> Never {
        _ = csys_raise(9)
        csys_exit(137)
    }

    /// Ends the process now: nothing is flushed, nothing is run.
    package static func exitNow(_ status: Int32) -> Never { csys_exit(status) }
}
