import HavreAccess
package import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// A record in which the searched words stand.
package struct Hit: Sendable {
    package let code: String
    package let record: Identifier
    package let form: String
    package let field: String
}

extension Vault {
    /// Where words stand, in the cases that the session has open: each word begins some word of the field.
    ///
    /// Searching is one entry a case, without the words.
    package func find(
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
    package func openCases(_ session: Session) -> [String] {
        livingCases(session).values.compactMap { $0.file.state.with { $0.chain?.code } }
            .sorted()
    }
}
