import Foundation

guard CommandLine.arguments.count == 3 else {
    print("bench FOLDER HAVRED; Tests/Bench/run is what to call")
    exit(2)
}
let folder = CommandLine.arguments[1]
let environment = ProcessInfo.processInfo.environment
let recordCount = environment["HAVRE_BENCH_RECORDS"].flatMap { Int($0) } ?? 1_000
let only = environment["HAVRE_BENCH_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }
let attachmentMegabytes = environment["HAVRE_BENCH_MEGABYTES"].flatMap { Int($0) } ?? 256

do {
    Report.head()
    let office = try Office(in: folder, recordCount: recordCount)
    let socket = folder + "/run/havred.sock"
    try FileManager.default.createDirectory(
        atPath: folder + "/run", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let daemon = try Daemon(
        program: CommandLine.arguments[2],
        arguments: ["--vault", office.vaultFolder, "--gate", office.gateFolder, "--socket", socket])
    defer { daemon.stop() }
    try Outside(
        office: office, daemon: daemon, socket: socket, attachmentByteCount: attachmentMegabytes << 20,
        only: only
    ).measure()
    Report.note(
        "not measured here: growth to 1,000,000 records, a disk of 5 ms, unlock with 10,000 cases, SQLCipher")
} catch {
    print("the bench ended early: \(error)")
    exit(1)
}
