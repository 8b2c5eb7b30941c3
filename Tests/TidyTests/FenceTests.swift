import Foundation
import TestSupport
import Testing

/// The modules that a Swift file imports, whatever stands before and after the word.
private func imports(_ code: String) -> [String] {
    let kinds = /(?:struct|class|enum|protocol|func|var|let|typealias)\s+/
    // A line at a time and only where the word stands: the regular expression is slow.
    return code.split(whereSeparator: \.isNewline).filter { $0.contains("import") }.flatMap { line in
        line.matches(of: /(?:^|[\s;])import\s+([^;]+)/).compactMap { match in
            match.output.1.trimmingPrefix(kinds).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                .description
        }
    }
}

@Test("A room imports only the rooms that the table allows it, and of the toolchain no Foundation")
func fences() {
    let allowed = house.merging(mains) { one, _ in one }
    for (file, code) in shipped {
        let rooms = allowed[file.room] ?? []
        #expect(allowed[file.room] != nil, "\(file.path) lies in no room of the table")
        for module in imports(code) where !rooms.contains(module) {
            #expect(toolchain.contains(module), "\(file.path) imports \(module)")
        }
    }
}

@Test("Package.swift holds the same table")
func packageTable() throws {
    let manifest = try String(
        contentsOf: SharedVectors.root.appending(path: "Package.swift"), encoding: .utf8)
    let begin = try #require(manifest.range(of: "let rooms"))
    let end = try #require(manifest.range(of: "let testRooms"))
    var table: [String: Set<String>] = [:]
    for row in manifest[begin.upperBound..<end.lowerBound].matches(of: /\(\s*"(\w+)",\s*\[([^\]]*)\]\s*\)/) {
        table[String(row.output.1)] = Set(row.output.2.matches(of: /"(\w+)"/).map { String($0.output.1) })
    }
    #expect(table == house)
}

@Test("Every folder of Sources is a room, a main or a C module, and every room has its tests")
func folders() throws {
    func folders(_ name: String) throws -> Set<String> {
        Set(
            try FileManager.default.contentsOfDirectory(atPath: SharedVectors.root.appending(path: name).path)
                .filter { !$0.hasPrefix(".") })
    }
    #expect(try folders("Sources") == Set(house.keys).union(mains.keys).union(borders.keys))
    #expect(Set(house.keys.map { $0 + "Tests" }).subtracting(try folders("Tests")) == [])
}

@Test("One room only imports each C module that has behaviour")
func cBorders() {
    for (module, owner) in borders {
        let users = Set(shipped.filter { imports($0.code).contains(module) }.map(\.file.room))
        if let owner { #expect(users.subtracting([owner]) == [], "\(module)") }
        for (room, allowed) in house where owner != nil && room != owner {
            #expect(!allowed.contains(module), "\(room) may import \(module)")
        }
    }
}

@Test("No room both reads plaintext and speaks SQL: the store knows neither forms nor formats nor access")
func storeKnowsNoPlaintext() {
    let plaintext: Set<String> = [
        "HavreForms", "HavreFormats", "HavreEvidence", "HavreAccess", "HavreSamples", "Havre",
    ]
    for (room, allowed) in house where allowed.contains("CSQLite") {
        #expect(allowed.isDisjoint(with: plaintext), "\(room)")
    }
}

@Test("The fence sees every way to write an import")
func importForms() {
    let text = """
        import A
        package import B
        @_spi(X) internal import C
        import struct D.Thing
        // import E
        let s = "import F"
        #if os(Linux)
            @preconcurrency import G; import H
        #endif
        """
    #expect(
        imports(SwiftCode.blanked(text)) == ["A", "B", "C", "D", "G", "H"])
}
