import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore

extension Vault {
    /// Finishes the file of a case: a new version of its record F01 with status Closed, and the card with it.
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
        let inside = try inside(code, session)
        guard Policy.decide(verb, role: session.role) == .allowed else { throw .notGranted }
        guard let row = try caseRecord(inside) else {
            return try add(
                case: code, form: "case",
                fields: [
                    "status": .string(status), "opened": .string(today.description), "risk_level": "low",
                ], session)
        }
        var fields = try read(row, inside).fields.object ?? [:]
        fields["status"] = .string(status)
        if status == "Closed" {
            fields["closed"] = .string(today.description)
        } else {
            fields["closed"] = nil
            fields["closure_reason"] = nil
        }
        return try edit(case: code, record: row.record, fields: .object(fields), session)
    }

    /// The newest version of the record F01; nil in a case that nobody has opened yet.
    private func caseRecord(_ inside: Inside) throws(HavreError) -> CaseIndex.Version? {
        for row in inside.index.newest where row.compartment == .core {
            if try gist(row, inside).form == "case" { return row }
        }
        return nil
    }
}
