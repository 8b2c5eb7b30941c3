import Testing

@testable import HavreWire

@Suite struct FrameReaderTests {
    private typealias Piece = ScriptedChannel.Piece

    /// All messages of a stream, then how it ended.
    private func read(
        _ pieces: [Piece], budget: CountedBudget? = nil
    ) -> (frames: [Frame<Int>], end: WireError?) {
        let channel = ScriptedChannel(pieces)
        var reader = FrameReader<Int>(budget: budget)
        var frames: [Frame<Int>] = []
        do throws(WireError) {
            while let frame = try reader.next(from: channel) { frames.append(frame) }
            return (frames, nil)
        } catch {
            return (frames, error)
        }
    }

    @Test("Messages are the bytes between NULs, however they arrive") func messagesBytes() {
        let stream = text("one\0two\0\0three\0")
        let expected = ["one", "two", "", "three"].map(text)
        for size in 1...stream.count {
            let pieces = stride(from: 0, to: stream.count, by: size).map {
                Piece(bytes: Array(stream[$0..<min($0 + size, stream.count)]))
            }
            let (frames, end) = read(pieces)
            #expect(frames.map(\.bytes) == expected)
            #expect(end == nil)
        }
    }

    @Test("A stream that ends inside a message is truncated") func streamEnds() {
        let (frames, end) = read([Piece(bytes: text("one\0tw"))])
        #expect(frames.map(\.bytes) == [text("one")])
        #expect(end == .truncated)
        #expect(read([]).end == nil)
    }

    @Test("A message may measure a mebibyte and not one byte more") func messageMeasure() {
        let most = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(read([Piece(bytes: most + [0])]).frames.map(\.bytes.count) == [1 << 20])
        #expect(read([Piece(bytes: most + [0] + most + [0])]).frames.count == 2)
        for bytes in [most + [0x61, 0], most + [0x61], most + most] {
            let (frames, end) = read([Piece(bytes: bytes)])
            #expect(frames.isEmpty && end == .tooLarge)
        }
    }

    @Test("No more is asked of the channel than a message may hold") func moreAsked() throws {
        let channel = ScriptedChannel([Piece(bytes: [UInt8](repeating: 0x61, count: 3 << 20))])
        var reader = FrameReader<Int>()
        #expect(throws: WireError.tooLarge) { _ = try reader.next(from: channel) }
        let taken = (3 << 20) - channel.pieces[0].bytes.count
        #expect(taken == (1 << 20) + 1)
        #expect(channel.largestAsk <= 16 * 1024)
    }

    @Test("Ten thousand messages in one piece are ten thousand messages") func tenThousand() {
        let (frames, end) = read([Piece(bytes: (0..<10_000).flatMap { text("\($0)\0") })])
        #expect(frames.count == 10_000 && frames.last?.bytes == text("9999") && end == nil)
    }

    @Test("Descriptors belong to the message whose first byte they came with") func descriptorsBelong() {
        let (frames, end) = read([
            Piece(bytes: text("a\0b\0c"), handles: [1, 2]), Piece(bytes: text("c\0")),
            Piece(bytes: text("d\0"), handles: [3]), Piece(bytes: text("e\0f\0"), handles: [4]),
            Piece(bytes: text("g\0")),
        ])
        #expect(end == nil)
        #expect(frames.map(\.bytes) == ["a", "b", "cc", "d", "e", "f", "g"].map(text))
        #expect(frames.map(\.handles) == [[], [], [1, 2], [3], [], [4], []])
    }

    @Test("A large message keeps its descriptors across many pieces") func largeMessage() {
        let large = [UInt8](repeating: 0x61, count: 200_000)
        let (frames, _) = read([Piece(bytes: text("first\0")), Piece(bytes: large + [0], handles: [7])])
        #expect(frames.map(\.handles) == [[], [7]])
    }

    @Test("Descriptors in the middle of a message are nobody's") func descriptorsMiddle() {
        let (_, end) = read([Piece(bytes: text("a")), Piece(bytes: text("b\0"), handles: [1])])
        #expect(end == .strayDescriptors)
        #expect(
            read([Piece(bytes: text("a")), Piece(bytes: text("b"), handles: [1])]).end == .strayDescriptors)
    }

    @Test("Large messages of many share one budget and give it back") func largeMessages() {
        let budget = CountedBudget(1 << 20)
        let large = [UInt8](repeating: 0x61, count: 600_000)
        #expect(read([Piece(bytes: large + [0])], budget: budget).frames.count == 1)
        #expect(budget.left == 1 << 20)
        #expect(read([Piece(bytes: large)], budget: budget).end == .truncated)
        #expect(budget.left == 1 << 20)
        let small = CountedBudget(100_000)
        #expect(read([Piece(bytes: large + [0])], budget: small).end == .noRoom)
        #expect(small.left == 100_000)
        // What fits in a connection's own 64 KiB asks nobody.
        #expect(read([Piece(bytes: text("hello\0"))], budget: CountedBudget(0)).frames.count == 1)
    }

    @Test("Noise is cut at its NULs and nowhere else") func noiseCut() {
        var seed: UInt64 = 1
        for _ in 0..<200 {
            var stream: [UInt8] = []
            for _ in 0..<300 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let byte = UInt8(truncatingIfNeeded: seed >> 33)
                stream.append(byte < 40 ? 0 : byte)
            }
            stream.append(0)
            let size = Int(seed >> 40) % 50 + 1
            let pieces = stride(from: 0, to: stream.count, by: size).map {
                Piece(bytes: Array(stream[$0..<min($0 + size, stream.count)]))
            }
            let (frames, end) = read(pieces)
            #expect(end == nil)
            #expect(frames.flatMap { $0.bytes + [0] } == stream)
        }
    }
}
