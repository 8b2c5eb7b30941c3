import Foundation
import HavreCodec
import HavreSecrets

@testable import HavreFormats

/// One file of the age test kit: what to expect, with which keys, then the file itself.
struct AgeVector {
    var expect = ""
    var payload: String?
    var identities: [String] = []
    var passphrases: [String] = []
    var isArmored = false
    var isCompressed = false
    var file: [UInt8] = []

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            let cut = line.firstRange(of: ": ")
            let value = cut.map { String(line[$0.upperBound...]) } ?? ""
            switch cut.map({ line[..<$0.lowerBound] }) {
            case "expect": expect = value
            case "payload": payload = value
            case "identity": identities.append(value)
            case "passphrase": passphrases.append(value)
            case "armored": isArmored = value == "yes"
            case "compressed": isCompressed = true
            case "file key", "comment": continue
            default: throw FormatError.malformed(field: "vector", rule: "known keys")
            }
        }
        file = Array(rest)
    }

    /// What happens when the file is read in pieces of a size: the kind of outcome and all that was released.
    func run(pieceByteCount: Int) throws -> (outcome: String, released: [UInt8]) {
        var last = (outcome: "no match", released: [UInt8]())
        if !identities.isEmpty || passphrases.isEmpty {
            let keys = try identities.map { try AgeIdentity(parsing: SecretBytes(copying: Array($0.utf8))) }
            last = read(AgeDecryptor(identities: keys), pieceByteCount)
        }
        for passphrase in passphrases where last.outcome == "no match" {
            last = read(
                AgeDecryptor(passphrase: SecretBytes(copying: Array(passphrase.utf8))), pieceByteCount)
        }
        return last
    }

    private func read(_ decryptor: consuming AgeDecryptor, _ size: Int) -> (String, [UInt8]) {
        var rest = file[...]
        var released: [UInt8] = []
        do throws(TransferError<Never>) {
            try Age.decrypt(
                decryptor,
                read: { _ in
                    let piece = Array(rest.prefix(size))
                    rest = rest.dropFirst(size)
                    return piece
                }, write: { released += $0 })
        } catch {
            switch error {
            case .format(.malformed(let field, _)) where field == "armor": return ("armor failure", released)
            case .format(.malformed), .format(.tooLarge): return ("header failure", released)
            case .format(.noMatch): return ("no match", released)
            case .format(.notAuthentic): return ("not authentic", released)
            }
        }
        return ("success", released)
    }

    /// Nil when the file was judged as the kit says, else what happened instead.
    func mistake(pieceByteCount: Int) throws -> String? {
        let (outcome, released) = try run(pieceByteCount: pieceByteCount)
        let expected = expect == "HMAC failure" || expect == "payload failure" ? "not authentic" : expect
        guard outcome == expected else { return "\(outcome) instead of \(expected)" }
        guard let payload else { return released.isEmpty ? nil : "released something" }
        return Hash.sha256(released).hex == payload ? nil : "released \(released.count) other bytes"
    }
}
