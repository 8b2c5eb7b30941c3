import HavreDaemon
import HavreSystem
import HavreWire

/// How long a call waits for a daemon that says nothing, and who is told that it waits.
final class Patience {
    /// How long a method that is answered at once may take, and how long it takes to be let in (milliseconds).
    let limitMilliseconds: Int
    /// After how long a silence the person is told (milliseconds).
    let tellMilliseconds: Int
    /// After how long a silence, and how often then, the daemon is asked on another connection whether it lives
    /// (milliseconds).
    let probeMilliseconds: Int
    /// Whether the call under way is one of a method that is answered at once; the others take as long as they take,
    /// while the daemon lives.
    private var isLimited = false
    /// Whether the call under way has left for the daemon, whole.
    fileprivate(set) var isSent = false
    /// Tells the person that the call under way still waits.
    private var tell: () -> Void = {}
    /// Whether the daemon answers anybody.
    private let isAlive: (_ limitMilliseconds: Int) -> Bool

    init(
        limitMilliseconds: Int = 10_000, tellMilliseconds: Int = 4_000, probeMilliseconds: Int = 15_000,
        isAlive: @escaping (_ limitMilliseconds: Int) -> Bool
    ) {
        self.limitMilliseconds = limitMilliseconds
        self.tellMilliseconds = tellMilliseconds
        self.probeMilliseconds = probeMilliseconds
        self.isAlive = isAlive
    }

    /// A call begins.
    func begin(isLimited: Bool, tell: @escaping () -> Void) {
        self.isLimited = isLimited
        self.tell = tell
        isSent = false
    }

    /// Waits until something can be read.
    /// - Throws: `timedOut` when the call is limited and its time is over, or when the daemon answers nobody.
    fileprivate func wait(for socket: borrowing Descriptor) throws(WireError) {
        let begun = Clock.milliseconds()
        var isTold = false
        var asked = 0
        while true {
            let waited = Int(Clock.milliseconds() - begun)
            if !isTold, waited >= tellMilliseconds {
                tell()
                isTold = true
            }
            if isLimited, waited >= limitMilliseconds { throw .timedOut }
            if !isLimited, waited >= asked + probeMilliseconds {
                if !isAlive(limitMilliseconds) {
                    // What came while it was asked counts.
                    guard try isReadable(socket, milliseconds: 0) else { throw .timedOut }
                    return
                }
                asked = Int(Clock.milliseconds() - begun)
            }
            var left = isLimited ? limitMilliseconds - waited : max(0, asked + probeMilliseconds - waited)
            if !isTold { left = min(left, tellMilliseconds - waited) }
            if try isReadable(socket, milliseconds: left) { return }
        }
    }

    private func isReadable(
        _ socket: borrowing Descriptor, milliseconds: Int
    ) throws(WireError) -> Bool {
        do throws(SystemError) { return try socket.waitReadable(milliseconds: milliseconds) } catch {
            throw .failed(code: error.code)
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
        patience.isSent = true
    }
}
