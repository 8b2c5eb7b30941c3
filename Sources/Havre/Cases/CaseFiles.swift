import HavreCodec

/// The files of cases in memory: of those that sessions have open, that acts are busy with, and a few more.
struct CaseFiles {
    private var files: [Identifier: CaseFile] = [:]
    /// So many, and those that nobody holds go.
    private var roomCount = idleCountMax

    /// What is kept for whoever asks again: a case of 1,000 records takes about 1 MB.
    static let idleCountMax = 32

    /// How many there are.
    var count: Int { files.count }
    var isEmpty: Bool { files.isEmpty }

    /// The file of a case if it is in memory.
    func known(_ caseID: Identifier) -> CaseFile? { files[caseID] }

    /// The file of a case, the same for all who ask while somebody holds it.
    mutating func file(_ caseID: Identifier) -> CaseFile {
        if let file = files[caseID] { return file }
        if files.count >= roomCount { dropIdle() }
        let file = CaseFile(caseID)
        files[caseID] = file
        return file
    }

    private mutating func dropIdle() {
        var held: [Identifier: CaseFile] = [:]
        for caseID in Array(files.keys) {
            var file = files.removeValue(forKey: caseID)
            if !isKnownUniquelyReferenced(&file) { held[caseID] = file }
        }
        files = held
        roomCount = held.count + Self.idleCountMax
    }
}
