/// What the process gives up before it serves anybody.
package enum Sandbox {
    /// What holds after `confine`, for `status` to say.
    package struct Report: Sendable, Equatable {
        /// Neither ptrace nor a core can read the process, and executing gives no rights.
        package let unreadable: Bool
        /// Keys can be kept from swap.
        package let memoryLocks: Bool
    }

    /// Gives up everything that serving does not need: being read by other processes of the user, leaving a core,
    /// gaining rights, files open to others.
    /// - Throws: when the kernel refuses; the daemon does not serve then.
    package static func confine() throws(SystemError) -> Report {
        Process.closeUmask()
        try Process.hardenSelf()
        guard Process.isHardened else { throw SystemError("prctl", SystemError.notPermitted) }
        return Report(unreadable: true, memoryLocks: Process.canLockMemory)
    }
}
