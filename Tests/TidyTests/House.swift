import Foundation
import TestSupport

/// The house, room by room: who may import whom. `Package.swift` and the sources are held to this one table.
let house: [String: Set<String>] = [
    "HavreCodec": [],
    "HavreSystem": ["CSystem"],
    "HavreSecrets": ["CSodium", "HavreSystem", "HavreCodec"],
    "HavreForms": ["HavreCodec", "CData"],
    "HavreFormats": ["HavreSecrets", "HavreCodec"],
    "HavreLedger": ["HavreSecrets", "HavreCodec"],
    "HavreStore": ["CSQLite", "HavreSecrets", "HavreSystem", "HavreCodec"],
    "HavreAccess": ["HavreSecrets", "HavreCodec"],
    "HavreSamples": ["HavreForms", "HavreCodec", "CData"],
    "HavreEvidence": [
        "HavreFormats", "HavreLedger", "HavreForms", "HavreSecrets", "HavreCodec", "CData",
    ],
    "Havre": [
        "HavreAccess", "HavreEvidence", "HavreStore", "HavreLedger", "HavreFormats", "HavreForms",
        "HavreSecrets",
        "HavreSystem", "HavreCodec",
    ],
    "HavreWire": ["HavreCodec", "CData"],
    "HavreDaemon": ["Havre", "HavreWire", "HavreSystem", "HavreSecrets", "HavreCodec"],
    "HavreCommands": [
        "HavreDaemon", "Havre", "HavreEvidence", "HavreSamples", "HavreForms", "HavreLedger", "HavreFormats",
        "HavreWire", "HavreSystem", "HavreSecrets", "HavreCodec", "CData",
    ],
]

/// The mains, each one call into a room.
let mains: [String: Set<String>] = ["havre-cli": ["HavreCommands"], "havred-main": ["HavreDaemon"]]

/// The C modules, and the one room that may import each; `CData` is bytes without behaviour, for anybody.
let borders: [String: String?] = [
    "CSodium": "HavreSecrets", "CSQLite": "HavreStore", "CSystem": "HavreSystem", "CData": nil,
]

/// What may be imported besides: parts of the toolchain that bring no data and no run loop with them.
let toolchain: Set<String> = ["Swift", "Synchronization", "FoundationEssentials"]

/// Every Swift file that ships, and its code without comments and strings; read once for all rules.
let shipped: [(file: ProjectFile, code: String)] = ProjectFile.below("Sources", ["swift"]).map {
    ($0, SwiftCode.blanked($0.text))
}

/// Every program text of the project: sources, tests, scripts.
let programs: [ProjectFile] = ["Sources", "Tests"].flatMap {
    ProjectFile.below($0, ["swift", "c", "h", "py", "sh", "bash"])
}

/// A file of the project.
struct ProjectFile {
    /// Its path below the root, with `/`.
    let path: String
    let text: String

    var name: String { String(path.split(separator: "/").last ?? "") }
    var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 }
    /// The folder below `Sources` or `Tests`.
    var room: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// All text files below a folder of the project that end as told; build folders and caches, which begin with
    /// a dot or two underscores, are left out.
    static func below(_ folder: String, _ endings: Set<String>? = nil) -> [ProjectFile] {
        let top = SharedVectors.root.appending(path: folder)
        guard
            let found = FileManager.default.enumerator(
                at: top, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        var files: [ProjectFile] = []
        for case let url as URL in found {
            if url.lastPathComponent.hasPrefix(".") || url.lastPathComponent.hasPrefix("__") {
                found.skipDescendants()
                continue
            }
            guard endings?.contains(url.pathExtension) ?? true,
                let data = try? Data(contentsOf: url), let text = String(validating: data, as: UTF8.self)
            else { continue }
            let path = url.path.dropFirst(SharedVectors.root.path.count).drop { $0 == "/" }
            files.append(ProjectFile(path: String(path), text: text))
        }
        return files.sorted { $0.path < $1.path }
    }
}
