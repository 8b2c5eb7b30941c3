import Foundation
import HavreCodec
import HavreForms
import TestSupport
import Testing

@testable import HavreSamples

@Suite("The sample people's files")
struct AttachmentTests {
    private var attachments: [SampleAttachment] { Samples.cases.flatMap(\.attachments) }

    @Test("The files are the ones that this project draws, byte for byte")
    func drawn() throws {
        // HAVRE_DRAW=<folder> writes them anew after a drawing was changed.
        if let folder = ProcessInfo.processInfo.environment["HAVRE_DRAW"] {
            for file in Drawings.all {
                try Data(file.bytes).write(to: URL(fileURLWithPath: folder).appendingPathComponent(file.name))
            }
            return
        }
        for file in Drawings.all {
            let shipped = try #require(attachments.first { $0.fileName == file.name })
            #expect(shipped.bytes == file.bytes, "\(file.name)")
            #expect(shipped.bytes.count < 30_000)
        }
        #expect(attachments.count == Drawings.all.count)
    }

    @Test("Each photograph hides its position and its canary, each letter its author")
    func planted() throws {
        for attachment in attachments {
            let canary = try #require(attachment.canary)
            #expect(attachment.bytes.contains(Array(canary.utf8)), "\(attachment.fileName)")
            guard !attachment.fileName.hasSuffix(".pdf") else { continue }
            let position = try #require(attachment.position)
            #expect(position.count == 48)
            #expect(attachment.bytes.contains(position), "\(attachment.fileName)")
            for trace in attachment.traces { #expect(attachment.bytes.contains(trace)) }
        }
        #expect(
            Drawings.notebookPosition.bytes == attachments.first { $0.fileName == "carnet.jpg" }?.position)
        #expect(
            Drawings.messagesPosition.bytes == attachments.first { $0.fileName == "messages.png" }?.position)
        #expect(Drawings.housePosition.bytes == attachments.first { $0.fileName == "maison.jpg" }?.position)
    }

    @Test("JPEG files are whole: segments follow each other to a scan, and the last bytes are EOI")
    func jpeg() throws {
        for attachment in attachments where attachment.fileName.hasSuffix(".jpg") {
            let bytes = attachment.bytes
            #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == [0xFF, 0xD9])
            var markers: [UInt8] = []
            var at = 2
            while markers.last != 0xDA {
                try #require(at + 4 <= bytes.count && bytes[at] == 0xFF)
                markers.append(bytes[at + 1])
                at += 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
            }
            #expect(markers.starts(with: [0xE0, 0xE1, 0xE1, 0xED, 0xFE]))
            #expect(markers.suffix(8) == [0xDB, 0xDB, 0xC0, 0xC4, 0xC4, 0xC4, 0xC4, 0xDA])
        }
    }

    @Test("PNG files are whole: every chunk has its checksum and the last is IEND")
    func png() throws {
        for attachment in attachments where attachment.fileName.hasSuffix(".png") {
            var reader = ByteReader(attachment.bytes)
            #expect(try reader.bytes(8) == PNGEncoder.signature)
            var types: [String] = []
            while reader.remaining > 0 {
                let length = try reader.bytes(4).reduce(0) { $0 << 8 | Int($1) }
                let typed = try reader.bytes(4 + length)
                #expect(try reader.bytes(4) == PNGEncoder.big(PNGEncoder.crc32(typed)))
                types.append(String(decoding: typed.prefix(4), as: UTF8.self))
            }
            #expect(types == ["IHDR", "PLTE", "eXIf", "tIME", "IDAT", "tEXt", "iTXt", "IEND"])
        }
    }

    @Test("The PDF is whole: its table of objects points at them")
    func pdf() throws {
        let letter = try #require(attachments.first { $0.fileName.hasSuffix(".pdf") })
        let text = String(letter.bytes.map { Character(Unicode.Scalar($0)) })
        #expect(text.hasPrefix("%PDF-1.4\n") && text.hasSuffix("%%EOF\n"))
        let start = try #require(
            text.components(separatedBy: "startxref\n").last.flatMap { Int($0.prefix { $0 != "\n" }) })
        let characters = Array(text)
        let table = String(characters[start...]).components(separatedBy: "\n")
        #expect(table[0] == "xref")
        let objects = table.filter { $0.hasSuffix(" 00000 n ") }
        #expect(objects.count == 7)
        for (index, line) in objects.enumerated() {
            let offset = try #require(Int(line.prefix(10)))
            #expect(String(characters[offset...].prefix(7)) == "\(index + 1) 0 obj")
        }
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in the array, side by side.
    func contains(_ needle: [UInt8]) -> Bool {
        guard !needle.isEmpty, needle.count <= count else { return false }
        return (0...(count - needle.count)).contains { at in
            self[at] == needle[0] && self[at..<(at + needle.count)].elementsEqual(needle)
        }
    }
}
