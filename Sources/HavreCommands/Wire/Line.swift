import HavreCodec
import HavreSystem
import HavreWire

/// A conversation with a daemon, whatever carries it.
protocol Line: AnyObject {
    /// Calls a method and waits for its last answer; with `each` every answer before it is handed over.
    func call(
        _ method: String, _ parameters: JSON, _ handles: [SharedDescriptor],
        each: ((JSON) -> Void)?
    ) throws(WireError) -> (parameters: JSON, handles: [SharedDescriptor])
}

/// A conversation over a channel.
final class ChannelLine<C: Channel & ~Copyable>: Line where C.Handle == SharedDescriptor {
    private var client: Client<C>

    init(_ channel: consuming C) { client = Client(channel) }

    func call(
        _ method: String, _ parameters: JSON, _ handles: [SharedDescriptor],
        each: ((JSON) -> Void)?
    ) throws(WireError) -> (parameters: JSON, handles: [SharedDescriptor]) {
        let answer: Client<C>.Answer
        if let each {
            answer = try client.call(method, parameters, handles) { part throws(WireError) in
                each(part.parameters)
            }
        } else {
            answer = try client.call(method, parameters, handles)
        }
        return (answer.parameters, answer.handles)
    }
}
