import Foundation

/// Durations of one kind of act.
struct Durations {
    private var sorted: [Double]

    init(milliseconds: [Double]) { sorted = milliseconds.sorted() }

    var median: Double { at(0.5) }
    var p99: Double { at(0.99) }
    var least: Double { at(0) }

    private func at(_ share: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }
}

/// The table that is printed, a row at a time so that a long run can be watched.
enum Report {
    /// - Parameters:
    ///   - goal: as DESIGN 8 has it.
    ///   - met: nil where the goal cannot be judged from this run.
    ///   - compared: the ratio to a peer of this run.
    static func row(_ what: String, goal: String, _ figure: String, met: Bool?, _ compared: String = "") {
        let verdict = met.map { $0 ? "met" : "SHORT" } ?? "-"
        line(
            [fill(what, 46), fill(goal, 30), fill(figure, 30), fill(verdict, 5), compared].joined(
                separator: "  "))
    }

    static func head() {
        line(
            [fill("what", 46), fill("goal", 30), fill("figure", 30), fill("", 5), "compared"].joined(
                separator: "  "))
    }

    static func note(_ text: String) { line("  " + text) }

    /// At once, also into a pipe.
    private static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private static func fill(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

func ms(_ value: Double) -> String { decimals(value, value < 10 ? 2 : 1) + " ms" }
func perSecond(_ value: Double) -> String { "\(Int(value))/s" }
func megabytes(_ value: Double) -> String { decimals(value, 1) + " MB" }
func times(_ value: Double) -> String { decimals(value, 2) + " x" }

private func decimals(_ value: Double, _ count: Int) -> String {
    guard value.isFinite else { return "?" }
    let scale = count == 1 ? 10 : 100
    let whole = Int((value * Double(scale)).rounded())
    let rest = String(whole % scale)
    return "\(whole / scale)." + String(repeating: "0", count: count - rest.count) + rest
}
