import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire

/// Copies of attachments that somebody looks at: in a private folder that lies in memory, under names that say nothing,
/// until she is done, or closes the case, or locks.
struct Viewing {
    private let socket: String
    private let user: String

    init(socket: String, user: String) {
        self.socket = socket
        self.user = user
    }

    private static let prefix = "view."

    private static func part(_ text: String) -> String {
        String(Hash.blake2b256(Array(text.utf8)).hex.prefix(6))
    }

    private var ownPrefix: String {
        Self.prefix + Self.part(socket) + "." + Self.part(Fold.fold(user)) + "."
    }

    /// The folder of one case, made where it is missing.
    func folder(_ caseName: String, _ places: Places) throws(Failure) -> Directory {
        let base = try places.memory()
        do throws(SystemError) {
            return try Directory(private: try base.path() + "/" + ownPrefix + Self.part(Fold.fold(caseName)))
        } catch { throw Screen.failure(error) }
    }

    /// Removes the copies of one case, or all of hers.
    func remove(_ caseName: String?, _ places: Places) {
        let whole = caseName.map { ownPrefix + Self.part(Fold.fold($0)) }
        Self.remove(places) { name in whole.map { name == $0 } ?? name.hasPrefix(ownPrefix) }
    }

    /// Removes everybody's copies of what one server serves.
    static func removeAll(socket: String, _ places: Places) {
        remove(places) { $0.hasPrefix(prefix + part(socket) + ".") }
    }

    /// As far as it can be: what stays lies in memory alone and goes with the machine's session.
    private static func remove(_ places: Places, where isMeant: (String) -> Bool) {
        guard let base = places.memoryIfAny(), let names = try? base.list(countMax: 10_000) else { return }
        for name in names where isMeant(name) {
            guard let folder = try? base.directory(name) else { continue }
            for file in (try? folder.list(countMax: 10_000)) ?? [] { _ = try? folder.unlink(file) }
            _ = try? base.removeDirectory(name)
        }
    }
}

/// What an attachment is, told from its first bytes: the ending of its name, by which a viewer is chosen.
enum FileKind: String {
    case pdf, jpg, png, gif, tif, webp, mp4, mp3, ogg, zip, txt, bin

    init(_ first: [UInt8]) {
        func has(_ text: String, at place: Int = 0) -> Bool {
            first.count >= place + text.utf8.count && first[place...].starts(with: Array(text.utf8))
        }
        self =
            if has("%PDF-") { .pdf } else if first.starts(with: [0xFF, 0xD8, 0xFF]) {
                .jpg
            } else if has(
                "PNG", at: 1)
            { .png } else if has("GIF8") { .gif } else if has("II*\0") || has("MM\0*") {
                .tif
            } else if has(
                "WEBP", at: 8)
            { .webp } else if has("ftyp", at: 4) { .mp4 } else if has("ID3") { .mp3 } else if has("OggS") {
                .ogg
            } else if has("PK\u{3}\u{4}") { .zip } else if Self.isText(first) { .txt } else { .bin }
    }

    /// UTF-8 without the control characters that no text has; a character may be cut at the end.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        guard !bytes.contains(where: { $0 < 0x09 || $0 == 0x7F }) else { return false }
        return (0...min(3, bytes.count)).contains { cut in
            String(validating: bytes.dropLast(cut), as: UTF8.self) != nil
        }
    }
}
