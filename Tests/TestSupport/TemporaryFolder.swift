import Foundation

/// A new folder (0700) that is deleted with everything in it when the last reference goes.
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let url: URL

    /// Makes the folder below the system's temporary folder.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "havre-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The path of a name in the folder.
    public func path(_ name: String) -> String { url.appending(path: name).path }
}
