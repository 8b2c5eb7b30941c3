/// What can be wrong with something that is to leave the vault. Never carries contents.
package enum EvidenceError: Error, Equatable, Sendable {
    /// A picture breaks this rule of its format, or a bound of ours; it leaves as it is or not at all.
    case picture(rule: String)
    /// A page or a letter cannot be written: this rule is broken.
    case page(rule: String)
    /// What was chosen to leave makes no sense: this field of the request breaks this rule.
    case selection(field: String = "records", rule: String)
}
