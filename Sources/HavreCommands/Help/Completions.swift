import HavreCodec
import HavreForms

/// `havre completions SHELL`: what a shell needs to complete verbs, options and codes. It is made of the table of verbs
/// alone: no name of a case and nothing of a vault is ever completed, for what a shell offers stands on the screen and
/// in its history.
struct CompletionsVerb: Verb {
    static let shells = ["bash", "zsh", "fish"]
    static let row = Row("completions", .start, [Operand("SHELL")])

    private let shell: String

    init(_ arguments: Arguments) throws(Failure) {
        shell = try arguments.required(0)
        guard Self.shells.contains(shell) else {
            throw .usage("usage.choice", ["option": "SHELL", "codes": Self.shells.joined(separator: ", ")])
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        let script =
            switch shell {
            case "bash": Completions.bash
            case "zsh": Completions.zsh
            default: Completions.fish(desk)
            }
        guard !desk.screen.isJSON else { return try desk.screen.answer(["script": .string(script)]) { "" } }
        try desk.screen.line(script)
    }
}

/// The scripts, made from the table of verbs.
enum Completions {
    /// Codes that an option or operand takes; nil for free text, files and names.
    static func codes(_ name: String) -> [String]? {
        switch name {
        case "--lang": Language.allCases.map(\.rawValue)
        case "--role", "ROLE": Catalogue.roles
        case "--risk": CaseNew.risks
        case "--profile": Export.profiles
        case "--purpose": Desk.purposes
        case "--rights": Grant.rights
        case "--compartments": Catalogue.shared.compartments.map(\.id).filter { $0 != "roster" }
        case "--form", "FORM": Catalogue.shared.forms.map(\.id)
        case "SHELL": CompletionsVerb.shells
        default: nil
        }
    }

    /// Whether a file or folder stands there.
    static func isPath(_ value: String) -> Bool {
        ["DIR", "PATH", "FILE", "FILE|-"].contains(value)
    }

    /// A line of the table in the scripts: verb, then what may follow it.
    private static func words(_ row: Row) -> [String] {
        row.options.map(\.name) + Globals.options.map(\.name)
    }

    private static var firstWords: [String] {
        var seen: Set<String> = []
        return (VerbTable.verbs.map { $0.row.words[0] } + ["help"]).filter { seen.insert($0).inserted }
    }

    private static var valued: [(name: String, value: String)] {
        var seen: Set<String> = []
        return (Globals.options + VerbTable.verbs.flatMap { $0.row.options }).compactMap { option in
            guard let value = option.value, seen.insert(option.name).inserted else { return nil }
            return (option.name, value)
        }
    }

    /// Cases of a shell's `case ... esac`, a line each.
    private static func cases(_ list: [(String, String)]) -> String {
        list.map { "        \($0.0)) \($0.1) ;;" }.joined(separator: "\n")
    }

    private static func reply(_ words: [String]) -> String {
        "_havre_words \"\(words.joined(separator: " "))\""
    }

    /// The part that bash and zsh share: it sets what follows from the words before the cursor.
    private static var choosing: String {
        let values = valued.map { option -> (String, String) in
            if let codes = codes(option.name) { return (option.name, reply(codes)) }
            return (option.name, isPath(option.value) ? "_havre_files" : ":")
        }
        let seconds = firstWords.compactMap { first -> (String, String)? in
            let following = VerbTable.following(first)
            return following.isEmpty ? nil : (first, reply(following))
        }
        let options = VerbTable.verbs.map { verb in
            ("'\(verb.row.name)'", reply(words(verb.row)))
        }
        let operands = VerbTable.verbs.flatMap { verb -> [(String, String)] in
            verb.row.operands.enumerated().compactMap { place, operand in
                let what = codes(operand.name).map(reply) ?? (isPath(operand.name) ? "_havre_files" : nil)
                return what.map { ("'\(verb.row.name)/\(place)'", $0) }
            }
        }
        return """
                case "$previous" in
            \(cases(values))
                *) _havre_place ;;
                esac
            }
            _havre_place() {
                if [[ $current == -* ]]; then
                    case "$verb" in
            \(cases(options))
                    *) \(reply(Globals.options.map(\.name))) ;;
                    esac
                    return
                fi
                case "$first" in
                '') \(reply(firstWords)); return ;;
                help) \(reply(firstWords + ["--card", "--man"])); return ;;
                esac
                if [[ -z $second ]]; then
                    case "$first" in
            \(cases(seconds.map { ($0.0, $0.1 + "; return") }))
                    esac
                fi
                case "$verb/$place" in
            \(cases(operands))
                esac
            }
            """
    }

    /// Finds the words of the verb and the place of the word under the cursor.
    private static var looking: String {
        let valuedNames = valued.map(\.name).joined(separator: "|")
        let twoWords = firstWords.filter { !VerbTable.following($0).isEmpty }.joined(separator: "|")
        return """
                local word skip=
                first= second= verb= place=0
                for word in "$@"; do
                    if [[ -n $skip ]]; then skip=; continue; fi
                    case "$word" in
                    \(valuedNames)) skip=1; continue ;;
                    -*) continue ;;
                    esac
                    if [[ -z $first ]]; then first=$word verb=$word; continue; fi
                    case "$first" in
                    \(twoWords)) if [[ -z $second ]]; then second=$word verb="$first $word"; continue; fi ;;
                    esac
                    place=$((place + 1))
                done
            """
    }

    static var bash: String {
        """
        # havre completions bash: verbs, options and codes; nothing of a vault.
        _havre_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
        _havre_files() { mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null; }
        _havre() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} first second verb place
            COMPREPLY=()
            _havre_look "${COMP_WORDS[@]:1:COMP_CWORD-1}"
        \(choosing)
        _havre_look() {
        \(looking)
        }
        complete -F _havre havre
        """
    }

    static var zsh: String {
        """
        #compdef havre
        # havre completions zsh: verbs, options and codes; nothing of a vault.
        _havre_words() { compadd -- ${=1} }
        _havre_files() { _files }
        _havre() {
            local current=$words[CURRENT] previous=$words[CURRENT-1] first second verb place
            _havre_look "${(@)words[2,CURRENT-1]}"
        \(choosing)
        _havre_look() {
        \(looking)
        }
        compdef _havre havre
        """
    }

    static func fish(_ desk: Desk) -> String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        var lines = [
            "# havre completions fish: verbs, options and codes; nothing of a vault.",
            "complete -c havre -f",
        ]
        for first in firstWords {
            let row = VerbTable.verbs.map { $0.row }.first { $0.words == [first] }
            let about = row.map { " -d " + quoted(desk.texts.say("verb." + $0.key)) } ?? ""
            lines.append("complete -c havre -n __fish_use_subcommand -a \(first)\(about)")
        }
        for row in VerbTable.verbs.map({ $0.row }) {
            let seen = row.words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
            if row.words.count == 2 {
                lines.append(
                    "complete -c havre -n '__fish_seen_subcommand_from \(row.words[0])' -a \(row.words[1])"
                        + " -d " + quoted(desk.texts.say("verb." + row.key)))
            }
            for option in row.options { lines.append(fish(option, seen, desk)) }
            for operand in row.operands {
                if let codes = codes(operand.name) {
                    lines.append("complete -c havre -n '\(seen)' -a '\(codes.joined(separator: " "))'")
                } else if isPath(operand.name) {
                    lines.append("complete -c havre -n '\(seen)' -F")
                }
            }
        }
        lines += Globals.options.map { fish($0, "true", desk) }
        return lines.joined(separator: "\n")
    }

    private static func fish(_ option: Option, _ seen: String, _ desk: Desk) -> String {
        var line = "complete -c havre -n '\(seen)' -l \(option.name.dropFirst(2))"
        guard let value = option.value else { return line }
        line += isPath(value) ? " -r -F" : " -x"
        if let codes = codes(option.name) { line += " -a '\(codes.joined(separator: " "))'" }
        return line
    }
}
