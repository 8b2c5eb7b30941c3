import Foundation
import TestSupport
import Testing

/// The paths of shipped files outside `rooms` whose code has the pattern.
private func paths(with pattern: Regex<Substring>, word: String, outside rooms: Set<String> = []) -> [String]
{
    shipped.filter { file, code in
        // The plain word first: the regular expression is slow.
        !rooms.contains(file.room) && code.contains(word) && code.contains(pattern)
    }.map(\.file.path)
}

@Test("No file of the project has more than 400 lines")
func fileLength() {
    for file in programs {
        #expect(file.lineCount <= 400, "\(file.path)")
    }
}

/// What the interface of the library is made of: secrets, days, ids, JSON. Rooms keep everything else to themselves.
private let publicNouns: Set = [
    "Sources/HavreAccess/Directory/StaffRole.swift", "Sources/HavreCodec/CodecError.swift",
    "Sources/HavreCodec/Day.swift", "Sources/HavreCodec/Digest.swift", "Sources/HavreCodec/Identifier.swift",
    "Sources/HavreCodec/Instant.swift", "Sources/HavreCodec/JSON.swift",
    "Sources/HavreCodec/JSONWriter.swift", "Sources/HavreSecrets/Memory/Key.swift",
    "Sources/HavreSecrets/Passphrases/Passphrase.swift", "Sources/HavreSecrets/Memory/Role.swift",
    "Sources/HavreSecrets/Memory/SecretBytes.swift", "Sources/HavreSecrets/SecretError.swift",
    "Sources/HavreSystem/Clock.swift", "Sources/HavreSystem/Descriptor.swift",
]

@Test("Only the library Havre is public, with the nouns it speaks in; rooms speak to each other by `package`")
func onlyHavreIsPublic() {
    #expect(Set(paths(with: /\bpublic\b/, word: "public", outside: ["Havre"])) == publicNouns)
    #expect(paths(with: /\bopen\s+(?:class|func|var)\b/, word: "open", outside: ["Havre"]) == [])
}

@Test("Libraries print nothing: output is HavreCommands' business")
func librariesPrintNothing() {
    for word in ["print(", "debugPrint(", "dump(", "NSLog("] {
        let printing = shipped.filter { file, code in
            file.room != "HavreCommands" && code.contains(word) && calls(word, in: code)
        }
        #expect(printing.map(\.file.path) == [])
    }
}

/// Whether a function of the standard library is called, and not a method or function of ours of that name.
private func calls(_ word: String, in code: String) -> Bool {
    code.ranges(of: word).contains { range in
        let before = code[..<range.lowerBound]
        let isLongerName = before.last.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." } ?? false
        return !isLongerName && !before.hasSuffix("func ")
    }
}

@Test("No error is passed over by force")
func noForcedTry() {
    #expect(paths(with: /\btry!/, word: "try!") == [])
}

@Test("Nothing is left for later")
func noMarkerWords() {
    // Put together here, so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "TB" + "D", "WI" + "P"]
    let sentences = ["not " + "implemented", "not yet " + "implemented", "unimple" + "mented"]
    let files = programs + ProjectFile.below("Keys", ["md"])
    for file in files {
        for word in words where file.text.contains(word) {
            let parts = file.text.split { !($0.isLetter || $0.isNumber) }
            #expect(!parts.contains { $0 == word }, "\(file.path)")
        }
        for sentence in sentences { #expect(!file.text.lowercased().contains(sentence), "\(file.path)") }
    }
}

@Test("The top of the project holds what the design names and nothing else")
func topLevel() throws {
    let allowed: Set<String> = ["Package.swift", "Sources", "Tests", "Keys", "SECURITY.md", "README.md"]
    let found = try FileManager.default.contentsOfDirectory(atPath: SharedVectors.root.path)
    #expect(Set(found.filter { !$0.hasPrefix(".") }).subtracting(allowed) == [])
}
