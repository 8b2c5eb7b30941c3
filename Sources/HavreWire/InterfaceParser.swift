package import HavreCodec

extension Interface {
    /// Reads the text of an interface.
    /// - Throws: `CodecError` with field "interface" and the rule that the text breaks.
    package init(parsing text: String) throws(CodecError) {
        var parser = InterfaceParser(text)
        self = try parser.interface()
    }
}

/// A recursive reader of the interface language: words and the signs `( ) , : ? [ ] -> .`; `#` to the end of the
/// line is a comment.
private struct InterfaceParser {
    private var tokens: [String] = []
    private var at = 0
    private static let depthMax = 16

    init(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            let code = line.prefix { $0 != "#" }
            var word = ""
            for sign in code {
                if sign.isASCII, sign.isLetter || sign.isNumber || "._-".contains(sign) {
                    word.append(sign)
                    continue
                }
                // "->" is the only sign of two.
                if sign == ">", word == "-" {
                    tokens.append("->")
                    word = ""
                    continue
                }
                if !word.isEmpty { tokens.append(word) }
                word = ""
                if sign != " ", sign != "\t" { tokens.append(String(sign)) }
            }
            if !word.isEmpty { tokens.append(word) }
        }
    }

    private static func wrong(_ rule: String) -> CodecError { .invalid(field: "interface", rule: rule) }

    private var next: String? { at < tokens.count ? tokens[at] : nil }

    private mutating func take() throws(CodecError) -> String {
        guard let token = next else { throw Self.wrong("an end too early") }
        at += 1
        return token
    }

    private mutating func expect(_ sign: String) throws(CodecError) {
        guard try take() == sign else { throw Self.wrong("\(sign) expected") }
    }

    private mutating func skip(_ sign: String) -> Bool {
        guard next == sign else { return false }
        at += 1
        return true
    }

    mutating func interface() throws(CodecError) -> Interface {
        try expect("interface")
        let name = try take()
        guard name.split(separator: ".", omittingEmptySubsequences: false).count >= 2,
            !name.hasPrefix("."), !name.hasSuffix("."), !name.contains("..")
        else { throw Self.wrong("a name with a dot") }
        var made = Interface(name: name)
        var names: Set<String> = []
        while next != nil {
            let kind = try take()
            let name = try memberName()
            guard names.insert(name).inserted else { throw Self.wrong("\(name) only once") }
            switch kind {
            case "type": made.types[name] = try self.type(depth: 0)
            case "error": made.errors[name] = try structure(depth: 0)
            case "method":
                let parameters = try structure(depth: 0)
                try expect("->")
                made.methods[name] = Interface.Method(
                    parameters: parameters, reply: try structure(depth: 0))
            default: throw Self.wrong("type, method or error")
            }
        }
        return made
    }

    /// `[A-Z][A-Za-z0-9]*`
    private mutating func memberName() throws(CodecError) -> String {
        let name = try take()
        guard let first = name.first, first.isUppercase, name.allSatisfy({ $0.isLetter || $0.isNumber })
        else {
            throw Self.wrong("a name in capitals")
        }
        return name
    }

    /// `[A-Za-z](_?[A-Za-z0-9])*`
    private mutating func fieldName() throws(CodecError) -> String {
        let name = try take()
        guard Interface.isFieldName(name) else { throw Self.wrong("a field name") }
        return name
    }

    private mutating func type(depth: Int) throws(CodecError) -> WireType {
        guard depth < Self.depthMax else { throw Self.wrong("at most \(Self.depthMax) levels") }
        if skip("?") {
            guard next != "?" else { throw Self.wrong("one ? only") }
            return .optional(try type(depth: depth + 1))
        }
        if skip("[") {
            let isMap = skip("string")
            try expect("]")
            let item = try type(depth: depth + 1)
            return isMap ? .map(item) : .list(item)
        }
        if next == "(" { return try group(depth: depth) }
        switch next {
        case "bool": at += 1; return .bool
        case "int": at += 1; return .int
        case "float": at += 1; return .float
        case "string": at += 1; return .string
        case "object": at += 1; return .object
        default: return .named(try memberName())
        }
    }

    /// A structure, or a choice: names without types.
    private mutating func group(depth: Int) throws(CodecError) -> WireType {
        let isChoice = at + 2 < tokens.count && [",", ")"].contains(tokens[at + 2])
        guard isChoice else { return .structure(try structure(depth: depth + 1)) }
        try expect("(")
        var names: [String] = []
        repeat { names.append(try fieldName()) } while skip(",")
        try expect(")")
        return .choice(names)
    }

    private mutating func structure(depth: Int) throws(CodecError) -> WireStructure {
        try expect("(")
        var members: [(name: String, type: WireType)] = []
        if skip(")") { return WireStructure(members: []) }
        repeat {
            let name = try fieldName()
            guard !members.contains(where: { $0.name == name }) else { throw Self.wrong("\(name) only once") }
            try expect(":")
            members.append((name, try type(depth: depth + 1)))
        } while skip(",")
        try expect(")")
        return WireStructure(members: members)
    }
}
