import Havre
import HavreSystem
import HavreWire

/// `havred`, and `havre daemon`: one vault served in the foreground.
package enum VaultDaemon {
    /// Every method that is served; the groups are one file each.
    static var methods: [Method<VaultHouse>] {
        MethodsStart.table(version: version) + MethodsMe.table + MethodsStaff.table + MethodsCases.table
            + MethodsRecords.table + MethodsFiles.table + MethodsAccess.table + MethodsEvidence.table
            + MethodsKeeping.table + MethodsBackup.table
    }

    /// The version of the programs, as `Status` says it.
    package static let version = "0.1.0"

    /// Runs until it is told to stop.
    ///
    /// - Parameter arguments: without the program's name and verb.
    /// - Returns: the exit status: 0 ended cleanly, 2 a bad command line, else that of the error, as of every command.
    package static func run(_ arguments: [String]) -> Int32 {
        if arguments.contains("--help") {
            Daemon.say(DaemonOptions.help, to: 1)
            return 0
        }
        let options: DaemonOptions
        do throws(DaemonOptions.Mistake) { options = try DaemonOptions(parsing: arguments) } catch {
            Daemon.say("havred: \(error.rule)\n", to: 2)
            return 2
        }
        do throws(SystemError) { try Daemon.harden() } catch {
            Daemon.say("havred: the process could not be hardened (\(error.call), \(error.code))\n", to: 2)
            return 1
        }
        return serve(options)
    }

    private static func serve(_ options: DaemonOptions) -> Int32 {
        let vault: Vault
        do throws(HavreError) {
            vault = try Vault(
                vault: options.vault, gate: options.gate, deviceKey: options.deviceKey,
                gateMirror: options.gateMirror)
        } catch {
            if case .usage(let rule) = error {
                Daemon.say("havred: \(rule)\n", to: 2)
                return Fault.usage.exitStatus
            }
            let why =
                if let folder = foreignFolder(options) {
                    "\(folder) belongs to another user than the one who serves; chown -R gives it to her"
                } else if Vault.isOfNewerVersion(vault: options.vault, gate: options.gate) {
                    "a newer version of Havre has written it; nothing was changed"
                } else {
                    words(error, hasMirror: options.gateMirror != nil)
                }
            Daemon.say("havred: the vault could not be opened: \(why)\n", to: 2)
            return Fault(rawValue: error.name)?.exitStatus ?? 1
        }
        return serve(vault, options)
    }

    private static func serve(_ vault: Vault, _ options: DaemonOptions) -> Int32 {
        do throws(SystemError) {
            try Daemon.serve(VaultHouse(vault), methods: methods, options: options, version: version)
            return 0
        } catch {
            Daemon.say("havred: the socket \(options.socket) could not be served: \(error)\n", to: 2)
            return 1
        }
    }

    /// The half of the vault that is not this user's own, for example after a restore by root.
    private static func foreignFolder(_ options: DaemonOptions) -> String? {
        [options.vault, options.gate].first { path in
            do throws(SystemError) {
                let (parent, name) = try Files.split(path)
                let status = try Directory(path: parent).status(name)
                return status.map { $0.ownerUID != Process.uid } ?? false
            } catch {
                return error.code == SystemError.accessDenied
            }
        }
    }
}

extension VaultDaemon {
    /// What the keeper of the machine should look at. The daemon speaks no other language: it speaks to a journal.
    private static func words(_ error: HavreError, hasMirror: Bool) -> String {
        switch error {
        case .busy: "Busy: another daemon or check has it"
        case .gateClosed: "GateClosed: the device key is not there, or its medium"
        case .tampered: "Tampered: run havre check --vault DIR --gate DIR"
        case .rolledBack where hasMirror:
            "RolledBack: the vault, or the gate as its mirror knows it, was newer"
        case .failed(let rule): "\(error.name): \(rule)"
        default: error.name
        }
    }

    /// The whole program.
    package static func main() -> Never {
        let status = run(Array(CommandLine.arguments.dropFirst()))
        Process.exitNow(status)
    }
}
