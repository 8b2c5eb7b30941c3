import HavreCodec
import HavreWire

/// The readers of what comes over a socket: frames, calls, answers, and the interface in text.
extension Parser {
    static let messages = [
        Parser("frames", samples: { [Call("a.B", ["x": 1]).encoded() + Call("a.C").encoded()] }) { bytes in
            // The messages are what stands between zero bytes, however it was cut.
            let whole = frames(bytes.isEmpty ? [] : [bytes])
            let cut = frames(bytes.pieces)
            demand(whole.frames == cut.frames && whole.isWhole == cut.isWhole, "cuts change nothing")
            let parts = bytes.parts
            demand(whole.frames == Array(parts.dropLast()), "a message ends at its zero byte")
            demand(whole.isWhole == (parts.last?.isEmpty ?? true), "half a message is none")
            return whole.isWhole
        },
        Parser("call", samples: { [Array(Call("org.x.Y", ["a": [1]], more: true).encoded().dropLast())] }) {
            bytes in
            guard let call = try? Call(decoding: bytes) else { return false }
            _ = call.parts
            guard !call.upgrade else { return true }
            guard let again = try? Call(decoding: Array(call.encoded().dropLast())) else {
                fatalError("what is written is read")
            }
            demand(again == call, "what is written is read")
            return true
        },
        Parser(
            "reply",
            samples: { [Array(Reply(error: "a.B", ["f": "x"]).encoded().dropLast()), Array("{}".utf8)] }
        ) {
            bytes in
            guard let reply = try? Reply(decoding: bytes) else { return false }
            guard let again = try? Reply(decoding: Array(reply.encoded().dropLast())) else {
                fatalError("what is written is read")
            }
            demand(again == reply, "what is written is read")
            return true
        },
        Parser("interface", samples: { texts([interface]) }) { bytes in
            guard let text = bytes.text, let interface = try? Interface(parsing: text) else { return false }
            return !interface.name.isEmpty
        },
    ]

    private static let interface = """
        # What it is for
        interface org.example.vault
        type T (a: int, b: ?[]string, e: (one, two), m: [string]T)
        method Get(id: string, deep: (x: bool, y: ?float)) -> (t: []T, o: object)
        error Locked ()
        error Busy (waitSeconds: ?int)

        """

    private static func frames(_ pieces: [[UInt8]]) -> (frames: [[UInt8]], isWhole: Bool) {
        let channel = Pieces(pieces)
        var reader = FrameReader<Int>()
        var frames: [[UInt8]] = []
        do throws(WireError) {
            while let frame = try reader.next(from: channel) { frames.append(frame.bytes) }
            return (frames, true)
        } catch { return (frames, false) }
    }
}

/// A channel that hands out pieces.
private final class Pieces: Channel {
    private var rest: ArraySlice<[UInt8]>

    init(_ pieces: [[UInt8]]) { rest = pieces[...] }

    func receive(
        into span: inout MutableRawSpan, midFrame: Bool
    ) throws(WireError) -> (count: Int, handles: [Int]) {
        guard let piece = rest.popFirst() else { return (0, []) }
        let count = min(piece.count, span.byteCount)
        for index in 0..<count { span.storeBytes(of: piece[index], toByteOffset: index, as: UInt8.self) }
        if count < piece.count { rest = [Array(piece.dropFirst(count))] + rest }
        return (count, [])
    }

    func send(_ bytes: [UInt8], _ handles: [Int]) throws(WireError) {}
}
