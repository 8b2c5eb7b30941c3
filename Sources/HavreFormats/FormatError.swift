import HavreCodec

/// Why a file or text of a foreign format was refused; rules and numbers only, never contents.
package enum FormatError: Error, Equatable, Sendable {
    /// Not written the way its format allows.
    case malformed(field: String, rule: String)
    /// More than this reader takes.
    case tooLarge(field: String, max: Int)
    /// A signature, tag or digest does not hold; on purpose without detail.
    case notAuthentic
    /// None of the given identities opens the file.
    case noMatch
}

/// Runs a decoder of HavreCodec and turns its refusal into one of this module, under the name of a field.
func decoding<Value>(
    _ field: String, _ body: () throws(CodecError) -> Value
) throws(FormatError) -> Value {
    do throws(CodecError) {
        return try body()
    } catch {
        throw .malformed(field: field, rule: error.rule)
    }
}
