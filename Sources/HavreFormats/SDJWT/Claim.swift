package import HavreCodec

/// A claim to be issued, with what in it can be withheld by itself.
///
/// Every member of an object and every element of an array below becomes a disclosure of its own; to show one,
/// its parents are shown too, but none of its siblings.
package indirect enum Claim: Sendable {
    /// Shown or withheld as a whole.
    case value(JSON)
    /// Elements that are withheld one by one: the sentences of a statement, the rows of a sub-form.
    case array([Claim])
    /// Members that are withheld one by one.
    case object([String: Claim])
}
