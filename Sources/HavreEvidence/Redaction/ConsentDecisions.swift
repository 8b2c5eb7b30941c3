package import HavreCodec

/// What somebody's decisions open together. Each is a record of its own, so that a later one may take back what an
/// earlier one gave: they are taken in the order in which they were written, and the last word counts.
package struct ConsentDecisions {
    private let question: ConsentRule.Question
    /// Groups of forms that are open, by purpose.
    private var open: [String: Set<String>] = [:]

    package init(_ question: ConsentRule.Question) { self.question = question }

    /// The groups of forms that are open for the purposes that were asked about.
    package var groups: Set<String> { open.values.reduce(into: []) { $0.formUnion($1) } }

    /// Takes the next decision.
    ///
    /// - Parameters:
    ///   - isComplete: whether all that the form requires is there: what is not complete opens nothing, and closes all
    ///     the same.
    ///   - isOwn: whether nothing else was said in its place before.
    package mutating func take(_ fields: JSON, isComplete: Bool, isOwn: Bool) {
        if ConsentRule.closes(fields, question, isOwn: isOwn) { close(fields) }
        guard isComplete, let purpose = fields["purpose"]?.string else { return }
        open[purpose, default: []].formUnion(ConsentRule.groups(of: fields, question))
    }

    /// Without a purpose, or without parts, everything is meant.
    private mutating func close(_ fields: JSON) {
        let parts = (fields["form_groups"]?.array ?? []).compactMap(\.string)
        let named = fields["purpose"]?.string
        for purpose in open.keys where named == nil || Self.isNoAnswer(named) || named == purpose {
            if parts.isEmpty || parts.contains(where: Self.isNoAnswer) {
                open[purpose] = nil
            } else {
                open[purpose]?.subtract(parts)
            }
        }
    }

    private static func isNoAnswer(_ code: String?) -> Bool { code == "unknown" || code == "declined" }
}
