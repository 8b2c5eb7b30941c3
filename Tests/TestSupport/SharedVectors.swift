import Foundation

/// Vectors of other projects, kept beside this one and not part of it.
///
/// They lie in `../shared/data` relative to the package, or under `HAVRE_SHARED`. A test that does not find
/// them prints `ABSENT n` (n = vectors not run) and passes.
public enum SharedVectors {
    /// The package's root.
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder `data/<name>`, or nil after printing `ABSENT count`.
    public static func folder(_ name: String, count: Int) -> URL? {
        let shared =
            ProcessInfo.processInfo.environment["HAVRE_SHARED"].map { URL(filePath: $0) }
            ?? root.deletingLastPathComponent().appending(path: "shared")
        let folder = shared.appending(path: "data").appending(path: name)
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("ABSENT \(count)")
            return nil
        }
        return folder
    }

    /// All regular files below a folder, sorted by path.
    public static func files(below folder: URL) -> [URL] {
        let found = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        let urls = (found?.allObjects as? [URL]) ?? []
        return
            urls
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
            .sorted { $0.path < $1.path }
    }
}

/// Where tests leave what `Tests/Peers/*.py` check with independent tools.
public enum PeersFolder {
    /// `$HAVRE_PEERS_OUT/<name>`, made if needed; nil when nobody asked for artefacts.
    public static func make(_ name: String) throws -> URL? {
        guard let path = ProcessInfo.processInfo.environment["HAVRE_PEERS_OUT"], !path.isEmpty else {
            return nil
        }
        let folder = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
