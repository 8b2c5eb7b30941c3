/// Where a verb that writes takes its text from: `--from FILE`, the person's editor, or her answers.
struct TextSource {
    static let options = [Option("--from", "FILE|-"), Option("--editor")]

    /// A file, or `-` for standard input.
    let from: String?
    let inEditor: Bool

    /// - Throws: `Usage` for both.
    init(_ arguments: Arguments) throws(Failure) {
        from = arguments.value("--from")
        inEditor = arguments.flag("--editor")
        guard !(inEditor && from != nil) else {
            throw .usage("usage.notBoth", ["options": "--from, --editor"])
        }
    }
}
