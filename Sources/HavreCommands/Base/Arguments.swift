import HavreCodec
import HavreForms

/// The arguments of one verb, sorted by what its row knows: nothing unknown, nothing twice, nothing missing.
struct Arguments: Sendable, Equatable {
    private let operands: [String]
    private let values: [String: String]

    /// - Parameter words: What follows the verb's own words, without the options that every verb has.
    /// - Throws: `Usage` naming the option or operand.
    init(_ words: [String], row: Row) throws(Failure) {
        var operands: [String] = []
        var values: [String: String] = [:]
        var rest = words[...]
        var onlyOperands = false
        while let word = rest.popFirst() {
            guard !onlyOperands, word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            if word == "--" {
                onlyOperands = true
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = row.options.first(where: { $0.name == name }) else {
                throw .usage("usage.unknownOption", ["option": name])
            }
            guard values[name] == nil else { throw .usage("usage.repeatedOption", ["option": name]) }
            values[name] = try Self.value(of: option, parts.count == 2 ? String(parts[1]) : nil, &rest)
        }
        guard operands.count <= row.operands.count else {
            throw .usage("usage.unknownOperand", ["n": String(row.operands.count)])
        }
        for (place, operand) in row.operands.enumerated() where operand.isRequired {
            guard place < operands.count else {
                throw .usage("usage.missingOperand", ["operand": operand.name])
            }
        }
        for option in row.options where option.isRequired && values[option.name] == nil {
            throw .usage("usage.missingOption", ["option": option.name])
        }
        self.operands = operands
        self.values = values
    }

    private static func value(
        of option: Option, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws(Failure) -> String {
        guard option.value != nil else {
            guard attached == nil else { throw .usage("usage.noValue", ["option": option.name]) }
            return ""
        }
        if let attached { return attached }
        // A value that begins with two dashes is a forgotten value; one may still write --name=--value.
        guard let value = rest.first, !value.hasPrefix("--") else {
            throw .usage("usage.missingValue", ["option": option.name])
        }
        rest = rest.dropFirst()
        return value
    }

    /// The operand at a place, counted from 0.
    func operand(_ place: Int) -> String? { place < operands.count ? operands[place] : nil }

    /// An operand that the row requires.
    func required(_ place: Int) throws(Failure) -> String {
        guard place < operands.count else { throw .usage("usage.missingOperand", ["operand": "?"]) }
        return operands[place]
    }

    /// The value of an option.
    func value(_ name: String) -> String? { values[name] }

    /// Whether a flag stands there.
    func flag(_ name: String) -> Bool { values[name] != nil }

    /// A number of an inherited descriptor.
    func descriptor(_ name: String) throws(Failure) -> Int32? {
        guard let text = values[name] else { return nil }
        guard let number = Int32(text), number >= 0, String(number) == text else {
            throw .usage("usage.descriptor", ["option": name])
        }
        return number
    }

    /// A whole number from 0.
    func number(_ name: String) throws(Failure) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Int64(text), number >= 0, number <= JSON.intMax else {
            throw .usage("usage.number", ["option": name])
        }
        return number
    }

    /// A day, `YYYY-MM-DD`.
    func day(_ name: String) throws(Failure) -> String? {
        guard let text = values[name] else { return nil }
        guard (try? Day(parsing: text)) != nil else { throw .usage("usage.day", ["option": name]) }
        return text
    }

    /// Values separated by commas, none empty.
    func list(_ name: String) throws(Failure) -> [String]? {
        guard let text = values[name] else { return nil }
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !items.contains("") else { throw .usage("usage.list", ["option": name]) }
        return items
    }

    /// One of several codes.
    func choice(_ name: String, among codes: [String]) throws(Failure) -> String? {
        guard let text = values[name] else { return nil }
        guard codes.contains(text) else {
            throw .usage("usage.choice", ["option": name, "codes": codes.joined(separator: ", ")])
        }
        return text
    }

    /// Codes separated by commas.
    func choices(_ name: String, among codes: [String]) throws(Failure) -> [String]? {
        guard let items = try list(name) else { return nil }
        guard items.allSatisfy(codes.contains) else {
            throw .usage("usage.choices", ["option": name, "codes": codes.joined(separator: ", ")])
        }
        return items
    }
}
