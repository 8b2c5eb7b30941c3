import HavreDaemon
import HavreSystem
import HavreWire

/// How long a call waits for a daemon that says nothing, and who is told that it waits.
final class Patience {
    /// How long a method that is answered at once may take (milliseconds).
    let limitMilliseconds: Int
    /// After how long a silence the person is told (milliseconds).
    let tellMilliseconds: Int
    /// Whether the call under way is one of a method that is answered at once; the others take as long as they take.
    var isLimited = false
    /// Tells the person that the call under way still waits.
    var tell: () -> Void = {}

    init(limitMilliseconds: Int = 10_000, tellMilliseconds: Int = 4_000) {
        self.limitMilliseconds = limitMilliseconds
        self.tellMilliseconds = tellMilliseconds
    }

    /// Waits until something can be read.
    /// - Throws: `timedOut` when the call is limited and its time is over.
    fileprivate func wait(for socket: borrowing Descriptor) throws(WireError) {
        let begun = Clock.milliseconds()
        var isTold = false
        while true {
            let waited = Int(Clock.milliseconds() - begun)
            if isLimited, waited >= limitMilliseconds { throw .timedOut }
            if !isTold, waited >= tellMilliseconds {
                tell()
                isTold = true
            }
            let next = isTold ? Int(Int32.max) : tellMilliseconds - waited
            let left = isLimited ? min(next, limitMilliseconds - waited) : next
            do throws(SystemError) {
                if try socket.waitReadable(milliseconds: left) { return }
            } catch { throw .failed(code: error.code) }
        }
    }
}

/// The socket of a daemon that may have stopped: nobody waits there without knowing it.
struct PatientChannel: Channel {
    typealias Handle = SharedDescriptor

    private let socket: SocketChannel.Socket
    private let channel: SocketChannel
    private let patience: Patience

    /// - Throws: when the socket takes no limit of time.
    init(_ socket: SocketChannel.Socket, _ patience: Patience) throws(SystemError) {
        self.socket = socket
        self.patience = patience
        // Between two answers a daemon that lives takes what is sent.
        channel = try SocketChannel(socket, sendMilliseconds: patience.limitMilliseconds)
    }

    func receive(
        into span: inout MutableRawSpan, midFrame: Bool
    ) throws(WireError) -> (count: Int, handles: [SharedDescriptor]) {
        try patience.wait(for: socket.connection.descriptor)
        return try channel.receive(into: &span, midFrame: midFrame)
    }

    func send(_ bytes: [UInt8], _ handles: [SharedDescriptor]) throws(WireError) {
        try channel.send(bytes, handles)
    }
}
