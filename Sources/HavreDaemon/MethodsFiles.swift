import Havre
import HavreCodec
import HavreSystem

/// Attachments: they come and go as descriptors, never inside a message.
enum MethodsFiles {
    static let table: [Method<VaultHouse>] = [
        Method("Attach", .session, answers: .onceOrMore, decode: attachment, act: attach),
        Method("Fetch", .session, answers: .onceOrMore, decode: fetching, act: fetch),
    ]

    private struct Attachment: Sendable {
        let code: String
        let file: DescriptorIndex
        let title: String?
    }

    @Sendable private static func attachment(_ fields: inout Fields) throws(CodecError) -> Attachment {
        Attachment(
            code: try fields.string("case", max: 64), file: try fields.descriptor("file"),
            title: try fields.optionalString("title", max: 1024))
    }

    @Sendable private static func attach(
        _ call: Attachment, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let session = try request.requireSession()
        let file = try request.descriptor(call.file)
        let vault = request.house.vault
        let attached = try acting { () throws(HavreError) in
            try vault.attach(case: call.code, title: call.title, file: file.descriptor, session)
        }
        return Answer([
            "attachment": .string(attached.attachment.hex), "record": .string(attached.record.hex),
            "bytes": .int(Int64(attached.byteCount)), "blake2b": .string(attached.blake2b.hex),
        ])
    }

    private struct Fetching: Sendable {
        let code: String
        let attachment: Identifier
        let out: DescriptorIndex
    }

    @Sendable private static func fetching(_ fields: inout Fields) throws(CodecError) -> Fetching {
        Fetching(
            code: try fields.string("case", max: 64), attachment: try fields.identifier("attachment"),
            out: try fields.descriptor("out"))
    }

    @Sendable private static func fetch(
        _ call: Fetching, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let session = try request.requireSession()
        let out = try request.descriptor(call.out)
        let vault = request.house.vault
        let given = try acting { () throws(HavreError) in
            try vault.fetch(case: call.code, attachment: call.attachment, session) {
                piece throws(HavreError) in
                do throws(SystemError) { try out.descriptor.write(piece) } catch {
                    throw error.isFull
                        ? .storageFull(decided: false) : .failed("the file could not be written")
                }
            }
        }
        return Answer(["bytes": .int(Int64(given.byteCount)), "blake2b": .string(given.blake2b.hex)])
    }
}
