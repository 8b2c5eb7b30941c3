import HavreAccess
import HavreCodec
import HavreForms
import HavreStore

extension Vault {
    /// Finishes the file of a case: a new version of its record F01 with status Closed, and the card with it.
    ///
    /// - Throws: `invalid` naming the first field that a record of the case still requires, as far as the session may
    ///   read them.
    public func archive(case code: String, _ session: Session) throws(HavreError) -> Written {
        try setStatus(code, "Closed", verb: .caseArchive, session)
    }

    /// Takes a finished file up again.
    public func reopen(case code: String, _ session: Session) throws(HavreError) -> Written {
        try setStatus(code, "Active", verb: .caseReopen, session)
    }

    private func setStatus(
        _ code: String, _ status: String, verb: Verb, _ session: Session
    ) throws(HavreError) -> Written {
        _ = try inside(code, session)
        guard Policy.decide(verb, role: session.role) == .allowed else { throw .notGranted }
        return try write(code, session, "edit") { inside, today throws(HavreError) in
            if Self.isEnded(status) { try requireComplete(inside) }
            return try caseRecord(inside, today) { fields in
                fields["status"] = .string(status)
                if Self.isEnded(status) {
                    fields["closed"] = .string(today.description)
                } else {
                    fields["closed"] = nil
                    fields["closure_reason"] = nil
                }
            }
        }
    }

    /// Forms save incomplete; the end of a case is one of the moments at which what is required has to be there.
    private func requireComplete(_ inside: Inside) throws(HavreError) {
        for row in inside.index.newest where reads(row, inside) {
            let record = try read(row, inside)
            guard let missing = try Self.form(record.form).missingRequired(record.fields).first else {
                continue
            }
            throw .invalid(
                field: missing,
                rule: "is required in \(record.form) before the case may end (record \(record.record.hex))")
        }
    }
}
