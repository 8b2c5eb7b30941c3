/// What can go wrong where bytes become secret or public.
///
/// No case carries contents. A failure of authenticity has one case and no detail: wrong key, wrong context,
/// altered bytes and cut bytes look the same.
public enum SecretError: Error, Equatable, Sendable {
    /// A sealed value, box, chunk, signature or commitment does not fit its key, its context or itself.
    case notAuthentic
    /// A value has another number of bytes than its type.
    case wrongLength
    /// A value is outside what the named rule allows; the rule holds numbers and names, never contents.
    case outOfRange(rule: String)
    /// A public key or a group element that is not canonical, not on the curve, or of small order.
    case badPoint
    /// The memory asked for was not given.
    case memory
    /// A known answer came out wrong: the named construction must not be used in this process.
    case selfTest(construction: String)
}
