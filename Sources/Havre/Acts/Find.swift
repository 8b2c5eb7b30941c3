import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// A record in which the searched words stand.
public struct Hit: Sendable {
    /// The code name of the case.
    public let code: String
    /// The record.
    public let record: Identifier
    /// The name of its form.
    public let form: String
    /// The field in which the words stand.
    public let field: String
}

extension Vault {
    /// Where words stand, in the cases that the session has open: each word begins some word of the field.
    ///
    /// Searching is one entry a case, without the words.
    public func find(
        _ text: String, case code: String?, _ session: Session
    ) throws(HavreError) -> [Hit] {
        let query = Fold.words(text)
        guard !query.isEmpty, query.count <= 16 else {
            throw .invalid(field: "text", rule: "must hold 1 to 16 words")
        }
        var hits: [Hit] = []
        for code in try openCodes(code, session) {
            let inside = try enter("find", code, session) { _, _ in () }.inside
            for row in inside.index.newest {
                guard let compartment = row.compartment, inside.allows(.find, compartment) else { continue }
                let gist = try gist(row, inside)
                for field in gist.fields(matching: query) {
                    hits.append(
                        Hit(code: inside.chain.code, record: row.record, form: gist.form, field: field))
                }
            }
        }
        return hits
    }

    private func openCodes(_ code: String?, _ session: Session) throws(HavreError) -> [String] {
        if let code { return [code] }
        let open = livingCases(session).values
        guard !open.isEmpty else { throw .notOpen }
        return open.compactMap { $0.file.state.with { $0.chain?.code } }.sorted()
    }

    /// Codes of the cases that a session has open.
    public func openCases(_ session: Session) -> [String] {
        livingCases(session).values.compactMap { $0.file.state.with { $0.chain?.code } }
            .sorted()
    }
}
