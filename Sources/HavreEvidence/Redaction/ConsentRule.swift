package import HavreCodec

/// Which parts of a file a consent opens, for one recipient, one purpose and one day.
package enum ConsentRule {
    /// For whom, for what and when somebody asks.
    package struct Question: Sendable {
        /// The recipient's name, and the id that a consent may name instead.
        package let name: String
        package let contact: Identifier
        /// Names and ids of the other contacts there are.
        package let others: [String]
        package let purposes: Set<String>
        package let today: Day

        package init(
            name: String, contact: Identifier, others: [String], purposes: Set<String>, today: Day
        ) {
            self.name = name
            self.contact = contact
            self.others = others
            self.purposes = purposes
            self.today = today
        }
    }

    /// The groups of forms that a record F04 opens; empty unless every rule holds.
    ///
    /// Active, not withdrawn, for this recipient and purpose, valid today; not given by somebody who cannot; for a
    /// child with her own assent and her guardian's consent, and never against either.
    package static func groups(of fields: JSON, _ question: Question) -> Set<String> {
        guard fields["status"]?.string == "active", fields["withdrawn_at"] == nil,
            question.purposes.contains(fields["purpose"]?.string ?? ""),
            names(fields["recipient"]?.string ?? "", question), isValid(fields, on: question.today),
            isGiven(fields)
        else { return [] }
        return Set((fields["form_groups"]?.array ?? []).compactMap(\.string))
    }

    /// Something that the person asked to be kept back when she consented.
    package struct Wish: Sendable, Equatable {
        /// From whom, in her words; nil when from everybody.
        package let fromWhom: String?
        package let what: String?
        /// The code of why.
        package let reason: String?
    }

    /// What she asked to be kept back, whoever the recipient of that consent is: bundles are passed on.
    package static func wishes(of fields: JSON) -> [Wish] {
        guard fields["status"]?.string == "active" else { return [] }
        return (fields["withhold"]?.array ?? []).map { row in
            Wish(
                fromWhom: row["from_whom"]?.string, what: row["what"]?.string, reason: row["reason"]?.string)
        }
    }

    /// Whether a record F04 says no for this recipient: refused, withdrawn, or against the child or her guardian. Where
    /// it does not name another contact it says no for everybody: "Maître D." may be anybody.
    /// - Parameter isOwn: whether it is a decision of its own; one that said yes before takes back itself.
    package static func closes(_ fields: JSON, _ question: Question, isOwn: Bool) -> Bool {
        let recipient = fields["recipient"]?.string ?? ""
        let isOther = question.others.contains { $0 == recipient || Fold.key($0) == Fold.key(recipient) }
        guard names(recipient, question) || recipient.isEmpty || isOwn && !isOther else { return false }
        let status = fields["status"]?.string ?? ""
        return ["refused", "withdrawn", "declined"].contains(status) || fields["withdrawn_at"] != nil
            || agreements(of: fields).contains("refused")
    }

    private static func names(_ recipient: String, _ question: Question) -> Bool {
        recipient == question.contact.hex
            || !Fold.key(recipient).isEmpty && Fold.key(recipient) == Fold.key(question.name)
    }

    private static func isValid(_ fields: JSON, on today: Day) -> Bool {
        func day(_ key: String) -> Day? { (fields[key]?.string).flatMap { try? Day(parsing: $0) } }
        // A date that is there and cannot be read opens nothing.
        guard (fields["valid_from"] == nil) == (day("valid_from") == nil),
            (fields["valid_until"] == nil) == (day("valid_until") == nil)
        else { return false }
        return (day("valid_from") ?? today) <= today && today <= (day("valid_until") ?? today)
    }

    private static func isGiven(_ fields: JSON) -> Bool {
        if fields["capacity"]?.string == "none", fields["given_by"]?.string == "person" { return false }
        let agreements = agreements(of: fields)
        if agreements.contains("refused") { return false }
        let isChild = ["under_15", "from_15_to_17"].contains(fields["age_band"]?.string ?? "")
        return !isChild || agreements.allSatisfy { $0 == "given" }
    }

    private static func agreements(of fields: JSON) -> [String?] {
        [fields["child_assent"]?.string, fields["guardian_consent"]?.string]
    }
}
