package import HavreCodec

/// Why a conversation over the wire went wrong. None carries what was sent, except the named parameters that the
/// protocol gives an error.
package enum WireError: Error, Equatable, Sendable {
    /// The other end has gone, between two messages.
    case ended
    /// The other end has gone in the middle of a message.
    case truncated
    /// A message is longer than 1 MiB.
    case tooLarge
    /// The bytes are no message of the protocol.
    case notAMessage(rule: String)
    /// Descriptors came with bytes that begin no message.
    case strayDescriptors
    /// More descriptors came than a message may carry.
    case tooManyDescriptors
    /// The other end was silent for too long.
    case timedOut
    /// Too many large messages are on their way at once.
    case noRoom
    /// The channel failed; `code` is the system's number.
    case failed(code: Int32)
    /// The other end answered with a named error.
    case refused(error: String, parameters: JSON)
}
