import HavreCodec
import HavreForms
import HavreWire

/// Why a verb ended without having done its work: a named error, and the text that explains it.
struct Failure: Error, Equatable, Sendable {
    let fault: Fault
    /// The text in the catalogue; the error's own when nil.
    let key: String?
    /// What fills the places of the text. Never contents of a record.
    let values: [String: String]
    /// The text that says what to do next; the error's own when nil.
    let next: String?
    /// What the daemon says besides its sentence, or would say; scripts get it as it is.
    let facts: [String: JSON]
    /// The id of the form that the field of an `Invalid` belongs to.
    private(set) var form: String?
    /// The verb that failed.
    private(set) var row: Row?

    init(
        _ fault: Fault, _ key: String? = nil, _ values: [String: String] = [:], next: String? = nil,
        facts: [String: JSON] = [:]
    ) {
        self.fault = fault
        self.key = key
        self.values = values
        self.next = next
        self.facts = facts
    }

    /// The command line makes no sense.
    static func usage(_ key: String, _ values: [String: String] = [:]) -> Failure {
        Failure(.usage, key, values, next: "next.help")
    }

    /// One value breaks a rule, which the library, the daemon and the catalogue know by this sentence.
    static func invalid(_ field: String, _ rule: String) -> Failure {
        Failure(
            .invalid, nil, ["field": field, "rule": rule],
            facts: ["field": .string(field), "rule": .string(rule)])
    }

    init(_ error: CodecError) { self = .invalid(error.field, error.rule) }

    /// One value of a form breaks a rule.
    init(_ error: FormError, of form: Form) {
        self = Failure.invalid(error.field, error.rule.text(in: .en)).about(form)
    }

    private func with(values: [String: String]? = nil, next: String? = nil) -> Failure {
        var other = Failure(fault, key, values ?? self.values, next: next ?? self.next, facts: facts)
        other.form = form
        other.row = row
        return other
    }

    /// The same failure with a better word on what to do next.
    func advising(_ next: String, when fault: Fault) -> Failure {
        self.fault == fault ? with(next: next) : self
    }

    /// The same failure with more that its texts may want to say, such as the name of the case.
    func adding(_ values: [String: String]) -> Failure {
        with(values: self.values.merging(values) { mine, _ in mine })
    }

    /// The same failure, with the field named as the form asks for it.
    func about(_ form: Form) -> Failure {
        var better = self
        better.form = form.id
        return better
    }

    /// The same failure, with options and operands named as they are typed, and the help of this verb.
    func of(_ row: Row) -> Failure {
        var better = self
        better.row = row
        return better
    }

    /// What a named error of the daemon means here.
    init(wireName: String, parameters: JSON) {
        guard let fault = Fault(wireName: wireName) else {
            // An error of the protocol itself: this program and the daemon are not of one age.
            self.init(.internal, "fail.otherVersion", next: "next.versions")
            return
        }
        var values: [String: String] = [:]
        for name in ["field", "rule", "why"] {
            if let text = parameters[name]?.string { values[name] = text }
        }
        if fault == .invalid, values["rule"] == Identifier.rule {
            // Somebody typed it: what cannot be an id is not the id of anything.
            self.init(.notFound)
            return
        }
        if let seconds = parameters["waitSeconds"]?.int { values["seconds"] = String(seconds) }
        let hasSpots = parameters["spots"]?.array?.isEmpty == false
        let key: String? =
            switch fault {
            case .needsApproval where hasSpots, .identified where hasSpots: "fail.leak"
            case .usage where values["rule"] != nil: "fail.usageRule"
            case .needsApproval where values["why"] != nil: "fail.approvalWhy"
            case .identified where values["why"] != nil: "fail.identifiedWhy"
            case .consentMissing where values["why"] != nil: "fail.consentWhy"
            case .tooManyAttempts where values["seconds"] != nil: "fail.wait"
            case .storageFull where parameters["decided"]?.bool == true: "fail.decided"
            default: nil
            }
        if fault == .invalid {
            values["field"] = values["field"] ?? ""
            values["rule"] = values["rule"] ?? ""
        }
        let next: String? =
            switch key {
            case "fail.decided": "fault.OutcomeUnknown.next"
            case "fail.leak": "next.withhold"
            default: nil
            }
        self.init(fault, key, values, next: next, facts: parameters.object ?? [:])
    }
}
