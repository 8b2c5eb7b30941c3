import FaultSupport
import Glibc

/// `store-faults make|run|judge|speed FOLDER SEED [COUNT]`: the parts that `Tests/Faults/sweep` puts together.
enum Faults {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        guard words.count >= 3, let seed = UInt64(words[words.startIndex + 2]) else { end(2) }
        let course = Course(folder: words[words.startIndex + 1], seed: seed)
        let count = words.count > 3 ? Int(words[words.startIndex + 3]) ?? 0 : 0
        do {
            switch words[words.startIndex] {
            case "make": try course.create()
            case "run": try course.run(to: count)
            case "speed": try Speed.run(course, threads: count, seconds: 3)
            case "grow": try Speed.grow(course, rows: count)
            case "judge":
                let judge = try Judge(course)
                for fault in judge.faults { print(fault) }
                print("acts \(judge.count)")
                end(judge.faults.isEmpty ? 0 : 5)
            default: end(2)
            }
        } catch {
            print("error: \(error)")
            end(1)
        }
    }

    /// `exit` and not `_exit`: what was printed is flushed.
    private static func end(_ status: Int32) -> Never { exit(status) }
}
