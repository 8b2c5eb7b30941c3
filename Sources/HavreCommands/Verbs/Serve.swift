import HavreDaemon

/// `havre daemon`: serves a vault in the foreground, exactly as `havred` does.
struct Serve: Verb {
    private static let options = [
        Option("--vault", "DIR", isRequired: true), Option("--gate", "DIR", isRequired: true),
        Option("--device-key", "PATH"), Option("--gate-mirror", "DIR"),
    ]
    static let row = Row("daemon", .start, [], options, isSecret: true, exits: [5])

    private let words: [String]

    init(_ arguments: Arguments) throws(Failure) {
        words = Self.options.flatMap { option in
            arguments.value(option.name).map { [option.name, $0] } ?? []
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        let socket = desk.globals.socket.map { ["--socket", $0] } ?? []
        desk.status = VaultDaemon.run(words + socket)
    }
}
