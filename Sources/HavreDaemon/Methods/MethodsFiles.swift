import Havre
import HavreCodec
import HavreSystem

extension HavreError {
    /// What an output that the caller lent refused.
    init(writing field: String, _ error: SystemError) {
        self =
            error.isFull
            ? .storageFull(decided: false) : .invalid(field: field, rule: "could not be written to its end")
    }
}

extension Request {
    /// A file that the caller lends: opened for reading only, so that nobody can take it for an output.
    borrowing func input(_ index: DescriptorIndex) throws(Refusal) -> SharedDescriptor {
        let file = try descriptor(index)
        guard (try? file.descriptor.isReadOnly()) == true else {
            throw .invalid(index.field, "must be opened for reading only")
        }
        return file
    }

    /// Where the caller wants what is given out.
    borrowing func output(_ index: DescriptorIndex) throws(Refusal) -> SharedDescriptor {
        let file = try descriptor(index)
        guard (try? file.descriptor.isReadOnly()) == false else {
            throw .invalid(index.field, "must be opened for writing")
        }
        return file
    }
}

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
        let file = try request.input(call.file)
        let teller = request.teller()
        let attached = try request.act { vault, session throws(HavreError) in
            try vault.attach(
                case: call.code, title: call.title, file: file.descriptor, session, progress: teller.tell)
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
        let out = try request.output(call.out)
        let teller = request.teller()
        let given = try request.act { vault, session throws(HavreError) in
            try vault.fetch(
                case: call.code, attachment: call.attachment, session, progress: teller.tell
            ) { piece throws(HavreError) in
                do throws(SystemError) { try out.descriptor.write(piece) } catch {
                    throw HavreError(writing: "out", error)
                }
            }
        }
        return Answer(["bytes": .int(Int64(given.byteCount)), "blake2b": .string(given.blake2b.hex)])
    }
}
