import Havre
import HavreCodec
import HavreSecrets

/// Backups: files are lent by descriptor, and whoever asked for them writes them down.
enum MethodsBackup {
    /// As many as one message carries descriptors.
    private static let blobCountMax = 8

    static let table: [Method<VaultHouse>] = [
        Method("Backup", .session, answers: .onceOrMore) { request throws(Refusal) in
            let taken = try request.act { vault, session throws(HavreError) in try vault.backup(session) }
            var answer = try request.list("blobs", taken.blobs.map { .string($0.hex) })
            answer.parameters["size"] = .int(Int64(taken.size))
            let files = [
                ("vault", taken.vault), ("gate", taken.gate), ("journal", taken.journal),
                ("erasures", taken.erasures),
            ]
            for case (let name, .some(let file)) in files {
                answer.parameters[name] = .int(Int64(answer.handles.count))
                answer.handles.append(file)
            }
            return answer
        },
        Method(
            "BackupBlobs", .session,
            decode: { (fields: inout Fields) throws(CodecError) in
                try fields.identifiers("blobs", max: blobCountMax)
            }
        ) { (blobs, request) throws(Refusal) in
            let files = try request.act { vault, session throws(HavreError) in
                try blobs.map { blob throws(HavreError) in try vault.backup(blob: blob, session) }
            }
            return Answer(["files": .array(files.indices.map { .int(Int64($0)) })], files)
        },
        Method(
            "BackupKept", .session,
            decode: { (fields: inout Fields) throws(CodecError) in
                try fields.int("size", in: 0...JSON.intMax)
            }
        ) { (size, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                try vault.backupKept(size: UInt64(size), session)
            }
            return Answer()
        },
        Method("Eras", .serving) { request throws(Refusal) in
            let vault = request.house.vault
            let eras = try acting { () throws(HavreError) in try vault.eras() }
            return Answer(["eras": .array(eras.map { .string(Base64.url($0.statement.encoded())) })])
        },
    ]
}
