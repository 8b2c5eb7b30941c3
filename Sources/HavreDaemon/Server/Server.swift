import HavreCodec
package import HavreSystem
import HavreWire

/// The process boundary around a house: connections, peers, limits, dispatch. One thread a connection; nothing here
/// knows what a case is.
package final class Server<H: House>: Sendable {
    package let house: H
    package let sessions: SessionTable<H.Session>
    /// Where clients connect, as the keeper wrote it; what `Hello` signs.
    package let path: String
    let methods: [String: Method<H>]
    /// Names of all methods that the interface text has.
    let described: Set<String>
    let service: ServiceInterface
    let guesses: GuessLimit
    let clock: Clock
    private let limits: Limits
    private let connections: ConnectionCount
    private let budget: SharedFrameBudget
    private let underWay = CallsUnderWay()
    private let endProcess: @Sendable () -> Void

    /// - Parameters:
    ///   - methods: The tables of all groups, joined. A name may stand in them once.
    ///   - version: Of the program.
    ///   - endProcess: Run when a call does not end after a panic, so that what it opened ends with the process.
    package init(
        _ house: H, methods: [Method<H>], path: String, version: String, clock: Clock = .system,
        limits: Limits = Limits(), endProcess: @escaping @Sendable () -> Void = {}
    ) {
        self.house = house
        self.path = path
        self.clock = clock
        self.limits = limits
        self.methods = Dictionary(uniqueKeysWithValues: methods.map { ($0.name, $0) })
        // The text is part of the program, and parsed by every test run.
        let text = Protocol.text(of: Protocol.vault) ?? ""
        described = Set(((try? Interface(parsing: text))?.methods.keys).map(Array.init) ?? [])
        service = ServiceInterface(version: version)
        sessions = SessionTable(
            clock: clock, leader: { Process.leader(ofTerminalSession: $0) }, end: { house.lock($0) })
        guesses = GuessLimit(limits: limits, clock: clock)
        connections = ConnectionCount(limits: limits)
        budget = SharedFrameBudget(byteCount: limits.frameByteCount)
        self.endProcess = endProcess
    }

    /// How long a call may still hold what it opened after a panic was answered: with the panic itself 150 ms.
    private static var lastMilliseconds: Int { 130 }

    /// Whatever a reader does not take, or a disk does not give, must not keep a text or a key in memory after a panic.
    package func endWhatGoesOn() { underWay.watch(milliseconds: Self.lastMilliseconds, endProcess) }

    /// How often the house looks what is due.
    private static var tendMilliseconds: Int { 5_000 }

    /// Serves until `stop` becomes readable; then lets requests under way end and returns.
    package func serve(
        _ listener: borrowing Listener, until stop: borrowing Descriptor
    ) throws(SystemError) {
        try listener.doNotWait()
        let isStopping = Guarded(false)
        try Threads.spawn { [house] in
            while isStopping.when({ $0 }, withinMilliseconds: Self.tendMilliseconds, { _ in }) == nil {
                house.tend()
            }
        }
        defer {
            isStopping.with { $0 = true }
            isStopping.broadcast()
        }
        while true {
            let ready = try Signals.wait(
                for: [stop.raw, listener.descriptor.raw], milliseconds: 5_000)
            if ready[0] { break }
            sessions.expire()
            sessions.expireWithTerminals()
            if ready[1] { acceptOne(listener) }
        }
        connections.stop(withinMilliseconds: limits.stopMilliseconds)
        sessions.lockAll()
    }

    private func acceptOne(_ listener: borrowing Listener) {
        do throws(SystemError) {
            let accepted = try listener.accept()
            let peer = try Peer(of: accepted)
            let socket = SocketChannel.Socket(Connection(owning: accepted))
            guard let number = connections.enter(socket, uid: peer.uid) else {
                refuse(socket)
                return
            }
            do throws(SystemError) {
                let channel = try SocketChannel(
                    socket, descriptorsMax: limits.descriptorsPerMessage,
                    idleMilliseconds: limits.idleMilliseconds, frameMilliseconds: limits.frameMilliseconds,
                    sendMilliseconds: limits.sendMilliseconds)
                try Threads.spawn {
                    self.converse(channel, peer)
                    self.connections.leave(number, uid: peer.uid)
                }
            } catch {
                connections.leave(number, uid: peer.uid)
                refuse(socket)
            }
        } catch {
            // Nobody there any more, or no descriptors left: those who are served go on, and give some back.
            if error.code != SystemError.wouldBlock { Clock.sleep(milliseconds: 20) }
        }
    }

    /// One word and out; the socket is new, so nothing waits.
    private func refuse(_ socket: SocketChannel.Socket) {
        _ = try? socket.connection.setTimeouts(receiveMilliseconds: 1, sendMilliseconds: 1)
        _ = try? socket.connection.send(Fault.busy.reply().encoded())
    }

    private func converse(_ channel: SocketChannel, _ peer: Peer) {
        var reader = FrameReader<SharedDescriptor>(budget: budget)
        do throws(WireError) {
            while let frame = try reader.next(from: channel) {
                try converse(frame, channel, peer)
                // What the request left on this thread's stack.
                Wipe.stackBelow()
            }
        } catch {
            if let last = Self.lastWord(error) { _ = try? channel.send(last.encoded(), []) }
        }
    }

    private func converse(
        _ frame: Frame<SharedDescriptor>, _ channel: SocketChannel, _ peer: Peer
    ) throws(WireError) {
        let call = try Call(decoding: frame.bytes)
        guard !call.upgrade else { throw .notAMessage(rule: "no upgrade") }
        let isOfSession = call.parts.flatMap { methods[$0.name] }?.served == .session
        guard isOfSession else { return try serve(call, frame.handles, channel, peer) }
        try underWay.with { () throws(WireError) in try serve(call, frame.handles, channel, peer) }
    }

    private func serve(
        _ call: Call, _ handles: [SharedDescriptor], _ channel: SocketChannel, _ peer: Peer
    ) throws(WireError) {
        let (reply, handles) = answer(
            call, handles, peer: peer,
            send: { (part) throws(WireError) in
                try channel.send(Reply(part, continues: true).encoded(), [])
            }, hasGone: { channel.isHungUp })
        guard !call.oneway else { return }
        let answer = reply.encoded()
        // No peer reads a longer frame: better an error that says so than a conversation that breaks.
        guard answer.count <= FrameReader<Int>.byteCountMax else {
            try channel.send(ServiceInterface.expectedMore.encoded(), [])
            return
        }
        try channel.send(answer, handles)
    }

    /// What a conversation that cannot go on ends with; nil for silence.
    private static func lastWord(_ error: WireError) -> Reply? {
        switch error {
        case .tooLarge: Fault.invalid(.invalid(field: "", rule: "a message of at most 1 MiB"))
        case .notAMessage(let rule): Fault.invalid(.invalid(field: "", rule: rule))
        case .noRoom: Fault.busy.reply()
        case .ended, .truncated, .strayDescriptors, .tooManyDescriptors, .timedOut, .failed, .refused: nil
        }
    }
}
