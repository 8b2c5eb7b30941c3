import HavreCodec

/// One reader of bytes that strangers send, as the fuzzer sees it.
struct Parser: Sendable {
    /// The word it is asked for by.
    let name: String
    /// Inputs that it reads; the fuzzer begins with them.
    let samples: @Sendable () throws -> [[UInt8]]
    /// Reads one input and demands whatever holds for every input.
    /// - Returns: whether the input was accepted.
    let read: @Sendable ([UInt8]) -> Bool

    init(
        _ name: String, samples: @escaping @Sendable () throws -> [[UInt8]],
        read: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.name = name
        self.samples = samples
        self.read = read
    }

    /// All of them.
    static let all =
        codec + texts + ages + archives + tokens + ledgers + messages + statements + pictures + bundles

    /// Texts as samples.
    static func texts(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}

/// Ends the process, which the fuzzer takes for a find and keeps the input of.
func demand(_ holds: Bool, _ rule: String) {
    guard holds else { fatalError("not as it must be: \(rule)") }
}

extension [UInt8] {
    /// The input as text, nil when it is no UTF-8.
    var text: String? { String(validating: self, as: UTF8.self) }

    /// The input in two pieces and more, cut at places that its own bytes choose.
    var pieces: [[UInt8]] {
        let step = 1 + Int(first ?? 0) * 7
        return stride(from: 0, to: count, by: step).map { Array(self[$0..<Swift.min($0 + step, count)]) }
    }

    /// The parts between zero bytes.
    var parts: [[UInt8]] { split(separator: 0, omittingEmptySubsequences: false).map(Array.init) }
}
