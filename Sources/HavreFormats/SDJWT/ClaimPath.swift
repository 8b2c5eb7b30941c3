/// Where a claim stands in an SD-JWT as it was issued: names of members and positions of elements.
///
/// A position counts all elements the issuer wrote, also those withheld since: a path means the same in every
/// presentation of one SD-JWT.
package struct ClaimPath: Hashable, Sendable, CustomStringConvertible {
    /// One step down.
    package enum Step: Hashable, Sendable {
        /// The member of this name.
        case member(String)
        /// The element at this position, counted from 0.
        case element(Int)
    }

    /// From the top of the claims to the claim; empty for the claims as a whole.
    package let steps: [Step]

    /// A path of any steps.
    package init(_ steps: [Step]) {
        self.steps = steps
    }

    /// Reads `fields.statement_text.3`: a part of digits only is a position, any other part a member's name.
    ///
    /// Throws `malformed` for an empty part or a position that no path would be written with.
    package init(parsing text: String) throws(FormatError) {
        var steps: [Step] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw .malformed(field: "path", rule: "no empty part") }
            if part.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
                guard let position = Int(part), part.utf8.count == 1 || part.utf8.first != 0x30 else {
                    throw .malformed(field: "path", rule: "position without leading zero")
                }
                steps.append(.element(position))
            } else {
                steps.append(.member(String(part)))
            }
        }
        self.steps = steps
    }

    /// The steps joined by `.`; read back by `init(parsing:)` when no name holds a `.` or is a number.
    package var description: String {
        steps.map { step in
            switch step {
            case .member(let name): name
            case .element(let position): String(position)
            }
        }.joined(separator: ".")
    }

    /// The path to a member of this claim.
    package func member(_ name: String) -> ClaimPath { ClaimPath(steps + [.member(name)]) }

    /// The path to an element of this claim.
    package func element(_ position: Int) -> ClaimPath { ClaimPath(steps + [.element(position)]) }

    /// This path and all above it, the claims as a whole left out.
    var lineage: [ClaimPath] {
        steps.indices.map { ClaimPath(Array(steps[...$0])) }
    }
}
