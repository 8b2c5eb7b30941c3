import Foundation
import Testing

@testable import HavreSystem

/// The far end of a pseudo-terminal: the keyboard and the screen.
private final class Screen: Sendable {
    let master: Int32
    let path: String

    init() {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var unlocked: Int32 = 0
        var number: UInt32 = 0
        _ = ioctl(master, 0x4004_5431, &unlocked)  // TIOCSPTLCK
        _ = ioctl(master, 0x8004_5430, &number)  // TIOCGPTN
        path = "/dev/pts/\(number)"
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// What appeared until `text` did, or until a minute went by without anything.
    func wait(for text: String) -> String {
        var seen: [UInt8] = []
        while !String(decoding: seen, as: UTF8.self).contains(text) {
            var one = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&one, 1, 60_000) > 0 else { break }
            var room = [UInt8](repeating: 0, count: 4096)
            let got = read(master, &room, room.count)
            guard got > 0 else { break }
            seen += room[..<got]
        }
        return String(decoding: seen, as: UTF8.self)
    }

    var echoes: Bool {
        var settings = termios()
        tcgetattr(master, &settings)
        return settings.c_lflag & tcflag_t(ECHO) != 0
    }
}

/// Queues' threads block every signal; the main thread of a program does not. Let this one be like that.
private func hearSignals() -> pthread_t {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    return pthread_self()
}

private func secret(_ terminal: borrowing Terminal, room count: Int = 1024) throws -> String {
    var room = [UInt8](repeating: 0, count: count)
    var whole = room.mutableSpan
    var span = whole.mutableBytes
    let got = try terminal.readSecret(prompt: "Passphrase: ", into: &span)
    return String(decoding: room[..<got], as: UTF8.self)
}

// Handlers of signals belong to the whole process, so each rule has one of its own.
@Suite struct TerminalTests {
    @Test("A secret is not shown and nothing typed before or pasted beyond it is taken") func secretShown()
        async
    {
        await #expect(processExitsWith: .success) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            screen.type("typed too early\n")
            let seen = Guarded("")
            try Threads.spawn {
                var all = screen.wait(for: "Passphrase: ")
                screen.type("correct horse\nrm -rf everything\n")
                all += screen.wait(for: "\n")
                seen.with { $0 = all }
                seen.broadcast()
            }
            #expect(try secret(terminal) == "correct horse")
            #expect(screen.echoes)
            let all = seen.when {
                !$0.isEmpty
            } _: {
                $0
            }
            #expect(!all.contains("horse") && !all.contains("rm"))
            // The second line of the paste is gone: a line typed now is the one that is read.
            try Threads.spawn {
                _ = screen.wait(for: "Who? ")
                screen.type("Amina\n")
            }
            #expect(try terminal.readLine(prompt: "Who? ") == "Amina")
        }
    }

    @Test("A marked paste is waited for to its end however slowly it comes") func markedPaste() async {
        await #expect(processExitsWith: .success) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            try Threads.spawn {
                _ = screen.wait(for: "Passphrase: ")
                screen.type("\u{1B}[200~correct horse\n")
                // Longer than anybody waits for a paste without marks, far shorter than for one with them.
                usleep(100_000)
                screen.type("rm -rf ")
                usleep(100_000)
                screen.type("everything\n\u{1B}[20")
                usleep(100_000)
                screen.type("1~")
            }
            #expect(try secret(terminal) == "correct horse")
            for typed in ["\u{1B}[200~pasted\u{1B}[201~\n", "pa\u{1B}[200~ste\u{1B}[201~d\n"] {
                try Threads.spawn {
                    let shown = screen.wait(for: "Passphrase: ")
                    #expect(!shown.contains("rm") && !shown.contains("everything"))
                    screen.type(typed)
                }
                #expect(try secret(terminal) == "pasted")
            }
            #expect(screen.echoes)
        }
    }

    @Test("A paste of a kilobyte fits and a longer one is refused, not cut") func pasteKilobyte() async {
        await #expect(processExitsWith: .success) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            for length in [1023, 1024, 1025, 3000] {
                try Threads.spawn {
                    _ = screen.wait(for: "Passphrase: ")
                    screen.type(String(repeating: "x", count: length) + "\n")
                }
                if length <= 1024 {
                    #expect(try secret(terminal) == String(repeating: "x", count: length))
                } else {
                    #expect(thrownCode { _ = try secret(terminal) } == SystemError.tooBig)
                }
                #expect(screen.echoes)
            }
        }
    }

    @Test("An interrupt puts the terminal back and then takes its usual effect") func interruptPuts() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            let asking = hearSignals()
            try Threads.spawn {
                _ = screen.wait(for: "Passphrase: ")
                screen.type("half a pass")
                pthread_kill(asking, SIGINT)
            }
            _ = try secret(terminal)
            exit(1)
        }
        await #expect(processExitsWith: .success) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            let asking = hearSignals()
            for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
                signal(number, SIG_IGN)
                try Threads.spawn {
                    _ = screen.wait(for: "Passphrase: ")
                    #expect(!screen.echoes)
                    pthread_kill(asking, number)
                }
                #expect(thrownCode { _ = try secret(terminal) } == SystemError.cancelled)
                #expect(screen.echoes)
            }
        }
    }

    @Test("After a stop the question is asked again") func afterStop() async {
        await #expect(processExitsWith: .success) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            let asking = hearSignals()
            // Ignored here, so that the test itself is not stopped; the way through the code is the same.
            signal(SIGTSTP, SIG_IGN)
            try Threads.spawn {
                _ = screen.wait(for: "Passphrase: ")
                pthread_kill(asking, SIGTSTP)
                _ = screen.wait(for: "Passphrase: ")
                screen.type("again\n")
            }
            #expect(try secret(terminal) == "again")
        }
    }

    @Test("The end of input is not an empty passphrase") func endInput() async {
        await #expect(processExitsWith: .success) {
            let screen = Screen()
            let terminal = try Terminal(path: screen.path)
            try Threads.spawn {
                _ = screen.wait(for: "Passphrase: ")
                screen.type("\u{4}")
            }
            #expect(thrownCode { _ = try secret(terminal) } == SystemError.cancelled)
        }
    }

    @Test("What is not a terminal is not asked") func terminalAsked() {
        #expect(thrownCode { _ = try Terminal(path: "/dev/null") } == SystemError.noTerminal)
    }
}
