import Foundation

let isLong = CommandLine.arguments.last == "--long"
guard CommandLine.arguments.count == (isLong ? 4 : 3) else {
    print("bench FOLDER HAVRED [--long]; Tests/Bench/run is what to call")
    exit(2)
}
let folder = CommandLine.arguments[1]
let environment = ProcessInfo.processInfo.environment
let only = environment["HAVRE_BENCH_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }

func number(_ key: String, _ usual: Int) -> Int { environment[key].flatMap { Int($0) } ?? usual }

do {
    Report.head()
    if isLong {
        try Growth(
            small: try GrownHouse(
                in: folder + "/small", recordCount: GrownHouse.caseRecordCount, caseCount: 1),
            large: try GrownHouse(
                in: folder, recordCount: number("HAVRE_BENCH_RECORDS", 1_000_000),
                caseCount: number("HAVRE_BENCH_CASES", 10_000)),
            program: CommandLine.arguments[2], only: only,
            attachmentByteCount: number("HAVRE_BENCH_MEGABYTES", 1_024) << 20
        ).measure()
    } else {
        let office = try Office(in: folder, recordCount: number("HAVRE_BENCH_RECORDS", 1_000))
        let socket = try Office.socket(in: folder)
        let daemon = try Daemon(
            program: CommandLine.arguments[2],
            arguments: ["--vault", office.vaultFolder, "--gate", office.gateFolder, "--socket", socket])
        defer { daemon.stop() }
        try Outside(
            office: office, daemon: daemon, socket: socket,
            attachmentByteCount: number("HAVRE_BENCH_MEGABYTES", 256) << 20, only: only
        ).measure()
        Report.note(
            "not measured here: growth to 1,000,000 records and unlock with 10,000 cases (run --long)")
    }
} catch {
    print("the bench ended early: \(error)")
    exit(1)
}
