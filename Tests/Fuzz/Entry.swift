import Glibc
import HavreCodec

/// What libFuzzer calls: the parser named in `HAVRE_FUZZ` reads one input after the other, each within bounds of
/// time and memory.
enum Entry {
    /// An input may take this much time of the processor; the build that counts branches is some times slower.
    static let nanosecondsMax = 1_000_000_000
    /// An input may take this much memory beyond what the process had at its highest.
    static let kibibytesMax = 64 << 10

    static let parser: Parser? = {
        let name = getenv("HAVRE_FUZZ").map { String(cString: $0) } ?? ""
        return Parser.all.first { $0.name == name }
    }()

    static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    static func kibibytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }

    /// The samples as files of a folder, and what the parser says of them: it takes every one.
    static func writeSamples(of parser: Parser, to folder: String) {
        guard let samples = try? parser.samples() else { fatalError("no samples of \(parser.name)") }
        for (number, sample) in samples.enumerated() {
            demand(parser.read(sample), "sample \(number) of \(parser.name) is read")
            guard let file = fopen("\(folder)/sample-\(number)", "w") else { fatalError("a folder to write") }
            fwrite(sample, 1, sample.count, file)
            fclose(file)
        }
    }

    /// Names each file that the parser takes.
    static func judge(_ files: [String], by parser: Parser) {
        for path in files {
            guard let file = fopen(path, "r") else { continue }
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
            fclose(file)
            if parser.read(bytes) { print(path) }
        }
    }
}

/// Called once before the first input. `HAVRE_FUZZ_DO` asks for something else than fuzzing: `list`, `samples FOLDER`,
/// `judge FILE ...`.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafePointer<Int32>?, _ arguments: UnsafePointer<UnsafePointer<UnsafePointer<CChar>?>?>?
) -> Int32 {
    Chance.settle()
    let given = CommandLine.arguments.dropFirst()
    let act = getenv("HAVRE_FUZZ_DO").map { String(cString: $0) }
    if act == "list" {
        for parser in Parser.all { print(parser.name) }
        exit(0)
    }
    guard let parser = Entry.parser else {
        print("HAVRE_FUZZ names no parser")
        exit(2)
    }
    switch act {
    case "samples": Entry.writeSamples(of: parser, to: given.first ?? ".")
    case "judge": Entry.judge(Array(given), by: parser)
    default:
        // What is made once (catalogues, keys, tables) is no cost of an input.
        for sample in (try? parser.samples()) ?? [] { _ = parser.read(sample) }
        return 0
    }
    exit(0)
}

/// Reads one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let parser = Entry.parser else { return 0 }
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    let (time, memory) = (Entry.nanoseconds(), Entry.kibibytes())
    _ = parser.read(input)
    demand(Entry.nanoseconds() - time < Entry.nanosecondsMax, "an input takes at most a second")
    demand(Entry.kibibytes() - memory < Entry.kibibytesMax, "an input takes at most 64 MiB")
    return 0
}
