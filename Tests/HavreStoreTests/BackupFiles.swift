import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem

@testable import HavreStore

/// Backups of a test's house, written down as a client does, both halves in one folder.
struct BackupFiles: Sendable {
    let folder: URL

    /// Takes a backup.
    init(_ house: House, _ name: String) throws {
        try self.init(house.store, house.folder.appending(path: name))
    }

    init(_ store: Store, _ folder: URL) throws {
        self.folder = folder
        let backup = try store.backup(bearer: [])
        try FileManager.default.createDirectory(
            at: folder.appending(path: "blobs"), withIntermediateDirectories: true)
        func copy(_ file: borrowing Descriptor, _ name: String) throws {
            try Data(try file.readToEnd(byteCountMax: 1 << 26)).write(to: folder.appending(path: name))
        }
        try copy(backup.vault.descriptor, BackupName.vault)
        try copy(backup.gate.descriptor, BackupName.gate)
        if let journal = backup.journal { try copy(journal.descriptor, BackupName.journal) }
        if let erasures = backup.erasures { try copy(erasures.descriptor, BackupName.erasures) }
        for blob in backup.blobs { try copy(store.openForBackup(blob), "blobs/\(blob.hex)") }
    }

    /// The same files with some of another backup.
    init(_ other: BackupFiles, _ name: String, with names: [String], of third: BackupFiles) throws {
        folder = other.folder.deletingLastPathComponent().appending(path: name)
        try FileManager.default.copyItem(at: other.folder, to: folder)
        for name in names {
            try? FileManager.default.removeItem(at: folder.appending(path: name))
            try FileManager.default.copyItem(
                at: third.folder.appending(path: name), to: folder.appending(path: name))
        }
    }

    func url(_ name: String) -> URL { folder.appending(path: name) }

    /// Begins a restore.
    func begin(_ places: StorePlaces, _ first: Key<Role.Backup>) throws -> RestoreUnderWay {
        try Store.restore(
            from: BackupPlaces(vault: folder.path, gate: folder.path), to: places,
            first: { era in era == 0 ? first : Self.later(first, era) })
    }

    /// Restores and finishes.
    @discardableResult
    func restore(_ places: StorePlaces, _ first: Key<Role.Backup>) throws -> RestoreUnderWay {
        let underWay = try begin(places, first)
        try underWay.finish()
        return underWay
    }

    /// BK_0 of a later era: the library makes it from its seed.
    static func later(_ first: Key<Role.Backup>, _ era: UInt32) -> Key<Role.Backup> {
        first.derive(Context(.recovery, .text("backup \(era)")))
    }
}

extension House {
    /// Places beside the house's own.
    func places(_ name: String) -> StorePlaces {
        StorePlaces(vault: path("\(name)-vault"), gate: path("\(name)-gate"))
    }
}
