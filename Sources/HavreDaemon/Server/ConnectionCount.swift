import HavreSystem

/// Who is connected: how many a user has, and a way to end all conversations.
final class ConnectionCount: Sendable {
    private struct State {
        var perUser: [UInt32: Int] = [:]
        var sockets: [Int: SocketChannel.Socket] = [:]
        var next = 0
        var isStopping = false
    }

    private let state = Guarded(State())
    private let limits: Limits

    init(limits: Limits) { self.limits = limits }

    /// Counts a connection in.
    /// The last places are kept for users who have few: two who take all they get keep nobody from her work, and nobody
    /// from a panic.
    ///
    /// - Returns: Its number for `leave`; nil when the user or all users have enough, or when the daemon stops.
    func enter(_ socket: SocketChannel.Socket, uid: UInt32) -> Int? {
        state.with { state in
            let own = state.perUser[uid, default: 0]
            let kept = own < limits.connectionsOfFew ? 0 : limits.connectionsKept
            guard own < limits.connectionsPerUser, state.sockets.count < limits.connections - kept,
                !state.isStopping
            else { return nil }
            state.perUser[uid] = own + 1
            state.next += 1
            state.sockets[state.next] = socket
            return state.next
        }
    }

    /// Counts a connection out.
    func leave(_ number: Int, uid: UInt32) {
        state.with { state in
            guard state.sockets.removeValue(forKey: number) != nil else { return }
            let left = state.perUser[uid, default: 1] - 1
            state.perUser[uid] = left > 0 ? left : nil
        }
        state.broadcast()
    }

    /// Lets every conversation end after its present answer, and cuts those that have not by then.
    func stop(withinMilliseconds milliseconds: Int) {
        let open = state.with { state in
            state.isStopping = true
            return Array(state.sockets.values)
        }
        for socket in open { socket.connection.shutdownReading() }
        let ended: Void? = state.when({ $0.sockets.isEmpty }, withinMilliseconds: milliseconds) { _ in }
        if ended == nil {
            for socket in state.with({ Array($0.sockets.values) }) { socket.connection.shutdown() }
        }
    }
}
