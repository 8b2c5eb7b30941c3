import Foundation

/// Programs beside us. This file knows nothing of the project: its names would be those of Foundation too.
final class Daemon: @unchecked Sendable {
    // @unchecked: one thread starts and ends it; the others only read the number of the process.
    private let process = Process()
    /// From the start of the process to its word that it serves.
    let readyMilliseconds: Double
    var pid: Int32 { process.processIdentifier }

    /// Starts `havred` and waits until it says "ready".
    init(program: String, arguments: [String]) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        let begun = ContinuousClock.now
        try process.run()
        var said = ""
        while !said.contains("ready") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Trouble(what: "havred ended before it was ready") }
            said += String(decoding: piece, as: UTF8.self)
        }
        readyMilliseconds = milliseconds(since: begun)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Resident memory now, in MB of 10^6 bytes.
    var residentMegabytes: Double { status("VmRSS") }

    /// The most it ever was.
    var residentMegabytesMax: Double { status("VmHWM") }

    /// Time of all cores that it used so far.
    var cpuMilliseconds: Double { bench.cpuMilliseconds(of: "\(pid)") }

    private func status(_ key: String) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
                Double($0)
            })
        else { return 0 }
        return kilobytes * 1024 / 1e6
    }
}

/// Time of all cores that a process (its number, or `self`) has used so far, in steps of 10 ms: what one act costs is
/// told by many of them.
func cpuMilliseconds(of process: String) -> Double {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
    else { return 0 }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
    return (user + system) * 10
}

/// Time of all cores that this process has used so far; that of its children when they have ended.
func usedMilliseconds(byChildren: Bool = false) -> Double {
    var usage = rusage()
    getrusage(byChildren ? RUSAGE_CHILDREN.rawValue : RUSAGE_SELF.rawValue, &usage)
    func milliseconds(_ time: timeval) -> Double { Double(time.tv_sec) * 1e3 + Double(time.tv_usec) / 1e3 }
    return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)
}

/// What went wrong with the bench itself.
struct Trouble: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

func milliseconds(since begun: ContinuousClock.Instant) -> Double {
    let (seconds, atto) = (ContinuousClock.now - begun).components
    return Double(seconds) * 1e3 + Double(atto) / 1e15
}

/// Runs a program and waits; nil when it is not there or fails.
func run(_ program: String, _ arguments: [String], output: String? = nil) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    if let output {
        guard FileManager.default.createFile(atPath: output, contents: nil),
            let handle = FileHandle(forWritingAtPath: output)
        else { return nil }
        process.standardOutput = handle
    } else {
        process.standardOutput = pipe
    }
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let said = output == nil ? pipe.fileHandleForReading.readDataToEndOfFile() : Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: said, as: UTF8.self) : nil
}

/// Bytes of all files below a folder.
func byteCount(below folder: String) -> Double {
    let files = FileManager.default.enumerator(atPath: folder)
    var total = 0.0
    while let file = files?.nextObject() as? String {
        let facts = try? FileManager.default.attributesOfItem(atPath: folder + "/" + file)
        if facts?[.type] as? FileAttributeType == .typeRegular {
            total += (facts?[.size] as? NSNumber)?.doubleValue ?? 0
        }
    }
    return total
}

/// Writes a file of random bytes.
func writeNoise(_ path: String, byteCount: Int) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path),
        let noise = FileHandle(forReadingAtPath: "/dev/urandom")
    else { throw Trouble(what: "no room for \(path)") }
    var left = byteCount
    while left > 0 {
        let piece = noise.readData(ofLength: min(left, 1 << 20))
        file.write(piece)
        left -= piece.count
    }
    try file.synchronize()
}

/// Writes a text file anew.
func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
