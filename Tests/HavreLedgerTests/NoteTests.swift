import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreLedger

@Suite struct NoteTests {
    private let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    private let example = """
        This is an example message.

        \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """

    @Test("The specification's example verifies") func specificationsExample() throws {
        let key = try VerifierKey(parsing: vkey)
        #expect(key.text == vkey)
        let note = try SignedNote(parsing: Array(example.utf8))
        #expect(note.text == Array("This is an example message.\n".utf8))
        #expect(note.encoded == Array(example.utf8))
        #expect(try note.verify(known: [key]) == [key])
    }

    @Test("A note changed anywhere is refused") func noteChanged() throws {
        let key = try VerifierKey(parsing: vkey)
        let bytes = Array(example.utf8)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x01
            #expect(throws: LedgerError.self) {
                try SignedNote(parsing: changed).verify(known: [key])
            }
        }
        for count in 0..<bytes.count {
            #expect(throws: LedgerError.self) {
                try SignedNote(parsing: Array(bytes[..<count])).verify(known: [key])
            }
        }
    }

    @Test("Unknown keys are ignored and known ones must verify") func unknownKeys() throws {
        let mine = SigningKey()
        let other = SigningKey()
        let text = Array("line\n".utf8)
        let known = try VerifierKey(name: "mine", key: mine.publicKey)
        let unknown = try VerifierKey(name: "other", key: other.publicKey)
        let note = try SignedNote(text: text, name: "mine", key: mine)
        let foreign = try SignedNote(text: text, name: "other", key: other)
        let both = try SignedNote(parsing: note.encoded + foreign.encoded.dropFirst(text.count + 1))
        #expect(try both.verify(known: [known]) == [known])
        #expect(try both.verify(known: [known, unknown]) == [known, unknown])
        #expect(throws: LedgerError.notAuthentic) { try note.verify(known: [unknown]) }
        #expect(throws: LedgerError.notAuthentic) { try note.verify(known: []) }
        // A line that claims a known key and does not verify spoils the note, even beside a good one.
        let forged = try SignedNote(text: Array("other\n".utf8), name: "mine", key: mine)
        let spoilt = try SignedNote(parsing: note.encoded + forged.encoded.dropFirst(7))
        #expect(throws: LedgerError.notAuthentic) { try spoilt.verify(known: [known]) }
    }

    @Test("At least sixteen signatures are read") func leastSixteen() throws {
        let keys = (0..<16).map { _ in SigningKey() }
        let text = Array("line\n".utf8)
        var bytes = text + [0x0A]
        for (number, key) in keys.enumerated() {
            bytes += try SignedNote(text: text, name: "key\(number)", key: key).encoded.dropFirst(6)
        }
        let known = try keys.enumerated().map { try VerifierKey(name: "key\($0)", key: $1.publicKey) }
        #expect(try SignedNote(parsing: bytes).verify(known: known) == known)
    }

    @Test(
        "A note is written in one way",
        arguments: [
            "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\u{2014} name AAAAAAA=",
            "text\n\n- name AAAAAAA=\n", "text\n\n\u{2014}  name AAAAAAA=\n",
            "text\n\n\u{2014} name AAAAAA==\n",
            "text\n\n\u{2014} name AAAAAAA\n", "text\n\n\u{2014} na+me AAAAAAA=\n",
            "text\n\n\u{2014} name AAAAAAA= \n",
            "text\n\n\u{2014} na\u{2003}me AAAAAAA=\n", "te\u{1}xt\n\n\u{2014} name AAAAAAA=\n",
            "text\r\n\n\u{2014} name AAAAAAA=\n", "text\n\n\u{2014} name AAAAAAA=\n\n",
            "text\n\n\u{2014} name AAAAAAA=\ngarbage\n", "text\n\u{2014} name AAAAAAA=\n",
        ])
    func noteWritten(_ text: String) {
        #expect(throws: LedgerError.self) { try SignedNote(parsing: Array(text.utf8)) }
    }

    @Test("A note is UTF-8 and not endless") func noteUTF8() {
        let good = Array("text\n\n\u{2014} name AAAAAAA=\n".utf8)
        #expect(throws: Never.self) { try SignedNote(parsing: good) }
        #expect(throws: LedgerError.self) { try SignedNote(parsing: [0xFF] + good) }
        #expect(throws: LedgerError.self) {
            try SignedNote(parsing: [UInt8](repeating: 0x41, count: 70_000) + good)
        }
        let line = Array("\u{2014} name AAAAAAA=\n".utf8)
        let many = good + Array(repeatElement(line, count: 64).joined())
        #expect(throws: LedgerError.self) { try SignedNote(parsing: many) }
    }

    @Test("Text that would be read differently is not signed") func textRead() {
        let key = SigningKey()
        for text in ["", "no newline", "bell\u{7}\n", "tab\t\n"] {
            #expect(throws: LedgerError.self) { try SignedNote(text: Array(text.utf8), name: "n", key: key) }
        }
        #expect(throws: LedgerError.self) { try SignedNote(text: Array("a\n".utf8), name: "a b", key: key) }
    }

    @Test(
        "A verifier key is written in one way",
        arguments: [
            "", "+", "example.com/foo", "example.com/foo+530d903a",
            "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
            " example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ])
    func verifierKey(_ text: String) {
        #expect(throws: LedgerError.self) { try VerifierKey(parsing: text) }
    }
}
