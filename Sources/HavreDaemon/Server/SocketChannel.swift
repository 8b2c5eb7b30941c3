package import HavreSystem
package import HavreWire

/// A connected socket as the wire sees it, with a time limit for a message that has begun.
package struct SocketChannel: Channel {
    package typealias Handle = SharedDescriptor

    /// The socket, shared with who may end the conversation from outside.
    package final class Socket: Sendable {
        package let connection: Connection
        package init(_ connection: consuming Connection) { self.connection = connection }
    }

    private let socket: Socket
    private let descriptorsMax: Int
    private let frameMilliseconds: Int
    /// When the message under way began, in milliseconds; 0 between two.
    private let begun = Guarded<Int64>(0)

    /// - Parameters:
    ///   - idleMilliseconds: Silence allowed between two messages; 0 for ever.
    ///   - frameMilliseconds: From the first byte of a message to its last; 0 for ever.
    ///   - sendMilliseconds: How long an answer may wait to be taken; 0 for ever.
    package init(
        _ socket: Socket, descriptorsMax: Int = 8, idleMilliseconds: Int = 0, frameMilliseconds: Int = 0,
        sendMilliseconds: Int = 0
    ) throws(SystemError) {
        self.socket = socket
        self.descriptorsMax = descriptorsMax
        self.frameMilliseconds = frameMilliseconds
        try socket.connection.setTimeouts(
            receiveMilliseconds: idleMilliseconds, sendMilliseconds: sendMilliseconds)
    }

    /// Connects to the server at `path`.
    package init(path: String) throws(SystemError) {
        try self.init(Socket(try Connection(path: path)))
    }

    package func receive(
        into span: inout MutableRawSpan, midFrame: Bool
    ) throws(WireError) -> (count: Int, handles: [SharedDescriptor]) {
        do throws(SystemError) {
            if midFrame, frameMilliseconds > 0 {
                let now = Clock.milliseconds()
                let since = begun.with { begun in
                    if begun == 0 { begun = now }
                    return begun
                }
                let left = frameMilliseconds - Int(now - since)
                guard left > 0, try socket.connection.descriptor.waitReadable(milliseconds: left) else {
                    throw SystemError("receive", SystemError.wouldBlock)
                }
            } else {
                begun.with { $0 = 0 }
            }
            let got = try socket.connection.receive(into: &span, descriptorsMax: descriptorsMax)
            return (got.count, got.descriptors)
        } catch {
            throw Self.wireError(error)
        }
    }

    package func send(_ bytes: [UInt8], _ handles: [SharedDescriptor]) throws(WireError) {
        do throws(SystemError) { try socket.connection.send(bytes, handles) } catch {
            throw Self.wireError(error)
        }
    }

    /// Whether the other end has gone, so that nobody waits for an answer.
    var isHungUp: Bool { socket.connection.descriptor.isHungUp() }

    private static func wireError(_ error: SystemError) -> WireError {
        switch error.code {
        case SystemError.tooManyLinks: .tooManyDescriptors
        case SystemError.wouldBlock: .timedOut
        case SystemError.brokenPipe, SystemError.connectionReset: .ended
        default: .failed(code: error.code)
        }
    }
}

/// The memory that all messages under way share.
final class SharedFrameBudget: FrameBudget {
    private let left: Guarded<Int>

    init(byteCount: Int) { left = Guarded(byteCount) }

    func take(_ byteCount: Int) -> Bool {
        left.with { left in
            guard byteCount <= left else { return false }
            left -= byteCount
            return true
        }
    }

    func giveBack(_ byteCount: Int) { left.with { $0 += byteCount } }
}
