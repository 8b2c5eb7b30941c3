import HavreSecrets
package import HavreSystem
import HavreWire

/// The daemon as a process: hardened before it opens anything, confined before it starts a thread, serving until it
/// is told to stop.
package enum Daemon {
    /// Starts the process afresh with its hardened environment, then makes it unreadable. Call it first of all.
    package static func harden() throws(SystemError) {
        try Process.keepStandardDescriptors()
        try Process.reexecHardened()
        Process.closeUmask()
        try Process.hardenSelf()
        try Process.ignoreBrokenPipe()
    }

    /// Serves a house that is open until SIGTERM, SIGINT or SIGHUP, then closes it. No thread runs before this.
    /// - Parameters:
    ///   - methods: The tables of all groups.
    ///   - ready: Run once clients can connect.
    package static func serve<H: House>(
        _ house: H, methods: [Method<H>], options: DaemonOptions, version: String,
        clock: Clock = .system, limits: Limits = Limits(), ready: () -> Void = sayReady
    ) throws(SystemError) {
        let signals = try Signals()
        let listener = try listener(options)
        try Process.allowOpenFiles(limits.openFiles)
        _ = try Sandbox.confine()
        let server = Server(
            house, methods: methods, path: try absolute(options.socket), version: version, clock: clock,
            limits: limits
        ) {
            say("havred: after a panic a call still held what it had opened: the process ends\n", to: 2)
            // What a call still holds is overwritten before the machine has its memory back.
            SecretPool.wipeAll()
            Process.exitNow(Fault.locked.exitStatus)
        }
        try ServiceManager.notify("READY=1\nSTATUS=serving")
        ready()
        try server.serve(listener, until: signals.descriptor)
        // Who does not hear it sees the end of the process.
        _ = try? ServiceManager.notify("STOPPING=1")
        house.close()
    }

    /// The path under which every client finds the socket, wherever it runs: the greeting is signed with it.
    private static func absolute(_ path: String) throws(SystemError) -> String {
        guard !path.hasPrefix("/") else { return path }
        let (parent, name) = try Files.split(path)
        return try Directory(path: parent).path() + "/" + name
    }

    /// The one socket that the service manager handed over, or one of our own.
    private static func listener(_ options: DaemonOptions) throws(SystemError) -> Listener {
        let inherited = try ServiceManager.listeners()
        guard inherited.count <= 1 else { throw SystemError("LISTEN_FDS", SystemError.invalid) }
        if let socket = inherited.first {
            return try Listener(inherited: try socket.descriptor.duplicate())
        }
        // The staff's group reaches the system user's socket; nobody else a person's own.
        let isShared = DaemonOptions.isSystemUser
        return try Listener(
            path: options.socket, folderMode: isShared ? 0o750 : 0o700, socketMode: isShared ? 0o660 : 0o600)
    }

    /// One line on standard output; it is no error when nobody reads it.
    package static func sayReady() { say("ready\n", to: 1) }

    /// Writes text to a standard descriptor without closing it.
    package static func say(_ text: String, to number: Int32) {
        let standard = Descriptor(owning: number)
        _ = try? standard.write([UInt8](text.utf8))
        _ = standard.release()
    }
}
