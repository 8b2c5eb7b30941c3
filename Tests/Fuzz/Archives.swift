import HavreCodec
import HavreFormats
import HavreSecrets

/// The readers of ustar archives and BagIt bags.
extension Parser {
    static let archives = [
        Parser("tar", samples: tars) { bytes in
            let whole = files([bytes])
            demand(files(bytes.pieces) == whole, "cuts change nothing")
            return whole != nil
        },
        Parser("tar-summed", samples: tars) { bytes in
            // Checksums are put right, so that what lies behind them is reached.
            var bytes = bytes
            for start in stride(from: 0, to: bytes.count - 511, by: 512)
            where bytes[start..<(start + 512)].contains(where: { $0 != 0 }) {
                let sum = (start..<(start + 512)).reduce(0) {
                    $0 + (148..<156 ~= $1 - start ? 0x20 : Int(bytes[$1]))
                }
                guard bytes[start + 257] == 0x75 else { continue }
                let digits = String(sum, radix: 8)
                let field = String(repeating: "0", count: 6 - digits.utf8.count) + digits
                bytes.replaceSubrange((start + 148)..<(start + 156), with: Array(field.utf8) + [0, 0x20])
            }
            let whole = files([bytes])
            demand(files(bytes.pieces) == whole, "cuts change nothing")
            guard let whole else { return false }
            var writer = TarWriter()
            var written: [UInt8] = []
            do throws(FormatError) {
                for file in whole { written += try writer.file(path: file.path, file.bytes) }
                written += try writer.finish()
            } catch { fatalError("what is read can be written") }
            demand(files([written]) == whole, "what is written is read")
            return true
        },
        Parser(
            "bag-info",
            samples: { texts(["Bagging-Date: 2026-11-21\nPayload-Oxum: 5.1\n", "A: b\r\n c\n\td"]) }
        ) {
            bytes in
            guard let info = try? BagInfo(parsing: bytes) else { return false }
            var again = BagInfo()
            for element in info.elements where (try? again.add(element.label, element.value)) == nil {
                return true
            }
            demand(
                (try? BagInfo(parsing: again.encoded))?.elements == info.elements, "what is written is read")
            return true
        },
        Parser("bag", samples: bags) { bytes in
            // Declaration, info, manifest of the payload, tag manifest; a file of the payload is honest.
            let parts = bytes.parts
            guard parts.count == 4 else { return false }
            let names = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
            let tags = Dictionary(uniqueKeysWithValues: zip(names, parts))
            let files = tags.map { BagFile(path: $0.key, $0.value) } + [page]
            guard let bag = try? BagSummary(files: files, tags: tags) else { return false }
            demand(bag.payload == [page], "a bag holds its payload")
            return true
        },
    ]

    private static let page = BagFile(path: "data/page", Array("hello".utf8))

    private struct File: Equatable {
        var path: String
        var bytes: [UInt8]
    }

    private static func files(_ pieces: [[UInt8]]) -> [File]? {
        var reader = TarReader()
        var files: [File] = []
        do throws(FormatError) {
            for piece in pieces {
                for event in try reader.update(piece) {
                    switch event {
                    case .file(let path, let count):
                        demand(ArchivePaths.isPlain(path) && count >= 0, "names are plain")
                        files.append(File(path: path, bytes: []))
                    case .content(let bytes): files[files.count - 1].bytes += bytes
                    case .end: break
                    }
                }
            }
            try reader.finish()
            return files
        } catch { return nil }
    }

    @Sendable private static func tars() throws -> [[UInt8]] {
        var writer = TarWriter()
        var bytes = try writer.file(path: "evidence/a.txt", Array("text".utf8))
        bytes += try writer.file(path: "evidence/é", [])
        var long = TarWriter(seconds: 1)
        let path = String(repeating: "d", count: 120) + "/" + String(repeating: "f", count: 90)
        return [
            bytes + (try writer.finish()),
            try long.file(path: path, [UInt8](repeating: 7, count: 513)) + long.finish(),
        ]
    }

    @Sendable private static func bags() throws -> [[UInt8]] {
        var info = BagInfo()
        try info.add("Bagging-Date", "2026-11-21")
        let draft = try BagDraft(payload: [page], info: info)
        let tags = Dictionary(uniqueKeysWithValues: draft.finished().map { ($0.path, $0.bytes) })
        let kept = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt"]
        // The tag manifest without the lines of files that this bag has not got.
        let lines = (tags["tagmanifest-sha256.txt"] ?? []).split(separator: 0x0A).filter { line in
            kept.contains { line.suffix($0.utf8.count).elementsEqual($0.utf8) }
        }
        let parts = kept.map { tags[$0] ?? [] } + [Array(lines.joined(separator: [0x0A])) + [0x0A]]
        return [Array(parts.joined(separator: [0]))]
    }
}
