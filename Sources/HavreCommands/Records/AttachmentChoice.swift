import HavreCodec
import HavreWire

/// One attachment of a case, as `fetch` and `view` name it: by its id, by the first digits of it, or not at all.
struct AttachmentChoice {
    static let operands: [Operand] = [.caseName, Operand("ATTACHMENT", isRequired: false)]

    /// The case, as it was typed.
    let name: String
    private let typed: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        typed = arguments.operand(1)
    }

    /// What `Fetch` is asked for; the descriptor to write to goes first.
    func parameters(_ caseName: String, _ desk: Desk) throws(Failure) -> [String: JSON] {
        ["case": .string(caseName), "attachment": .string(try choose(caseName, desk)), "out": 0]
    }

    /// The attachment that was named, or asked for at the terminal by its title.
    private func choose(_ caseName: String, _ desk: Desk) throws(Failure) -> String {
        if let typed, typed.utf8.count == 32 || !desk.screen.isForPerson { return typed }
        guard let person = desk.person(), desk.screen.isForPerson else {
            throw .usage("usage.needed", ["option": "ATTACHMENT"])
        }
        let records = try Show.records(
            try desk.daemon(), ["case": .string(caseName), "form": "evidence"])
        let found = records.compactMap { record in
            record.fields["sealed_copy"]?.string.map { (id: $0, record: record) }
        }
        if let typed {
            let fitting = found.filter { $0.id.hasPrefix(typed.lowercased()) }
            guard fitting.count == 1 else {
                throw Failure(.notFound, "fail.noAttachment", next: "next.attachment")
            }
            return fitting[0].id
        }
        guard !found.isEmpty else { throw Failure(.notFound, "fail.noAttachment", next: "next.attachment") }
        return try desk.choose("ask.attachment", among: found.map(\.id), person: person) { id in
            guard let item = found.first(where: { $0.id == id }) else { return id }
            let title = item.record.fields["title"]?.string.map { Text.escapedForTerminal($0) }
            return [
                title ?? desk.texts.say("say.untitled"), item.record.author,
                desk.moments.time(item.record.time),
            ].joined(separator: "   ")
        }
    }
}
