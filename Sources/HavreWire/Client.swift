package import HavreCodec

/// The calling side of a conversation, over any channel.
package struct Client<C: Channel & ~Copyable>: ~Copyable {
    /// An answer with the descriptors that came with it.
    package struct Answer: Sendable {
        package let parameters: JSON
        package let handles: [C.Handle]
    }

    private let channel: C
    private var reader = FrameReader<C.Handle>()

    package init(_ channel: consuming C) { self.channel = channel }

    /// Calls a method of an interface and waits for its answer.
    /// - Parameters:
    ///   - method: With its interface, for example `org.havre.Vault.Status`.
    ///   - handles: Descriptors that parameters name by index.
    /// - Throws: `refused` when the service answers with an error.
    package mutating func call(
        _ method: String, _ parameters: JSON = .object([:]), _ handles: [C.Handle] = []
    ) throws(WireError) -> Answer {
        try send(Call(method, parameters), handles)
        let (reply, received) = try receive()
        guard !reply.continues else { throw .notAMessage(rule: "one answer") }
        return Answer(parameters: reply.parameters, handles: received)
    }

    /// Calls a method with "more" and hands every answer but the last to `each`.
    /// - Returns: The last answer.
    package mutating func call(
        _ method: String, _ parameters: JSON = .object([:]), _ handles: [C.Handle] = [],
        each: (Answer) throws(WireError) -> Void
    ) throws(WireError) -> Answer {
        try send(Call(method, parameters, more: true), handles)
        while true {
            let (reply, received) = try receive()
            let answer = Answer(parameters: reply.parameters, handles: received)
            guard reply.continues else { return answer }
            try each(answer)
        }
    }

    /// Calls a method and wants no answer.
    package mutating func send(
        _ method: String, _ parameters: JSON = .object([:]), _ handles: [C.Handle] = []
    ) throws(WireError) {
        try channel.send(Call(method, parameters, oneway: true).encoded(), handles)
    }

    /// Sends a call. A server that has no room says one word and hangs up, perhaps before it was asked anything: its
    /// word tells more than the broken connection.
    private mutating func send(_ call: Call, _ handles: [C.Handle]) throws(WireError) {
        do throws(WireError) { try channel.send(call.encoded(), handles) } catch {
            guard error == .ended else { throw error }
            _ = try receive()
            throw error
        }
    }

    private mutating func receive() throws(WireError) -> (Reply, [C.Handle]) {
        guard let frame = try reader.next(from: channel) else { throw .ended }
        let reply = try Reply(decoding: frame.bytes)
        if let error = reply.error { throw .refused(error: error, parameters: reply.parameters) }
        return (reply, frame.handles)
    }
}
