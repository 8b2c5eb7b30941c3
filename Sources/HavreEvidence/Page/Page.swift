import HavreCodec
import HavreForms
import HavreSecrets

/// The page of a bundle, `index.html`: the exhibits as a court reads and prints them. One file, no script, nothing
/// fetched; a Content-Security-Policy allows the page's own style, pictures beside it, and nothing else.
package struct Page {
    private let content: PageContent
    private var out = ""
    private var markCount = 0

    /// Writes the page. The marks of what is withheld are numbered through the page, from 1.
    /// - Returns: the page in UTF-8 and the number of marks in it.
    /// - Throws: `EvidenceError.page` when a name of a file beside the page is not a plain one.
    package static func render(_ content: PageContent) throws(EvidenceError) -> (html: [UInt8], marks: Int) {
        var page = Page(content: content)
        try page.write()
        return (Array(page.out.utf8), page.markCount)
    }

    private init(content: PageContent) { self.content = content }

    private mutating func write() throws(EvidenceError) {
        // The exhibits first: the page's front tells whether there are marks.
        for exhibit in content.exhibits { try write(exhibit) }
        let exhibits = out
        out = ""
        writeHead()
        writeFront()
        out += exhibits
        writeCheck()
        out += "</body>\n</html>\n"
    }

    private mutating func writeHead() {
        let style = PageStyle.shared
        let title = text(.title) + " · " + content.person
        out += """
            <!DOCTYPE html>
            <html lang="\(content.language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(style.policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.attribute(title))</title>
            <style>\(style.css)</style>
            </head>
            <body>

            """
    }

    private mutating func writeFront() {
        out += "<header class=\"front\">\n<h1>\(label(.title))</h1>\n<dl>\n"
        pair(.concerning, bdi(content.person))
        pair(.for, bdi(content.recipient))
        pair(.prepared, HTML.escaped(PageText.day(content.date, in: content.language)))
        pair(.profile, bdi(content.profile))
        pair(.fingerprint, "<code>\(Self.grouped(content.fingerprint.hex))</code>")
        out += "</dl>\n<p class=\"care\">\(label(.care))</p>\n"
        let mark = Self.mark(text(.withheld), 1)
        // The mark is markup of ours, the sentence around it is text.
        let legend = HTML.escaped(text(.legend)).split(separator: "%MARK%", omittingEmptySubsequences: false)
        out +=
            "<p class=\"legend\">\(markCount == 0 ? label(.nothingWithheld) : legend.joined(separator: mark))</p>\n"
        out += "<nav>\n<h3>\(label(.contents))</h3>\n<ol>\n"
        for exhibit in content.exhibits {
            out +=
                "<li><a href=\"#exhibit-\(exhibit.number)\"><span class=\"number\">\(number(exhibit))</span>"
            let kind = exhibit.kind == exhibit.title ? "" : bdi(exhibit.kind)
            out += "<span>\(bdi(exhibit.title))</span><span class=\"kind\">\(kind)</span></a></li>\n"
        }
        out += "</ol>\n</nav>\n</header>\n<main>\n"
    }

    private mutating func write(_ exhibit: Exhibit) throws(EvidenceError) {
        out += "<section class=\"exhibit\" id=\"exhibit-\(exhibit.number)\">\n<header>\n"
        out +=
            "<p class=\"number\">\(number(exhibit))</p>\n<h2>\(bdi(exhibit.title))</h2>\n<p class=\"source\">"
        var facts = exhibit.kind == exhibit.title ? [] : [bdi(exhibit.kind)]
        if let day = exhibit.recorded {
            facts.append("\(label(.recorded)) \(HTML.escaped(PageText.day(day, in: content.language)))")
        }
        facts.append("\(label(.file)) <code>\(try Self.fileName(exhibit.file))</code>")
        out += facts.joined(separator: " · ")
        out += "<br>\(label(.digest)) <code>\(exhibit.digest.hex)</code></p>\n</header>\n"
        var isInList = false
        for block in exhibit.blocks {
            if case .value = block {
                if !isInList { out += "<dl>\n" }
                isInList = true
            } else if isInList {
                out += "</dl>\n"
                isInList = false
            }
            try write(block)
        }
        out += isInList ? "</dl>\n</section>\n" : "</section>\n"
    }

    private mutating func write(_ block: Exhibit.Block) throws(EvidenceError) {
        switch block {
        case .value(let label, let shown):
            out += "<dt>\(bdi(label))</dt><dd>\(written(shown))</dd>\n"
        case .passages(let label, let language, let passages):
            out += "<h3>\(bdi(label))</h3>\n<ol class=\"passages\"\(Self.lang(language))>\n"
            for (index, passage) in passages.enumerated() {
                out += "<li><b>\(index + 1)</b>\(written(passage))</li>\n"
            }
            out += "</ol>\n"
        case .table(let label, let columns, let rows):
            out += "<h3>\(bdi(label))</h3>\n<table>\n<thead><tr>"
            for column in columns { out += "<th>\(bdi(column))</th>" }
            out += "</tr></thead>\n<tbody>\n"
            for row in rows {
                out += "<tr>"
                for cell in row { out += "<td>\(cell.map { written($0) } ?? "")</td>" }
                out += "</tr>\n"
            }
            out += "</tbody>\n</table>\n"
        case .picture(let file, let caption, let picture):
            try write(picture, file: file, caption: caption)
        case .fileWithheld(let label):
            out += "<h3>\(bdi(label))</h3>\n<p>\(written(.withheld)) \(self.label(.fileWithheld))</p>\n"
        }
    }

    private mutating func write(
        _ picture: Derivative, file: String, caption: Exhibit.Shown
    ) throws(EvidenceError) {
        out += "<figure>\n\(PageImage.markup(file: try Self.fileName(file), alt: label(.picture), picture))\n"
        let size = PageText.pictureSize.text(
            in: content.language, ["WIDTH": String(picture.width), "HEIGHT": String(picture.height)])
        out +=
            "<figcaption>\(written(caption)) · <code>\(try Self.fileName(file))</code> · \(HTML.escaped(size))<br>"
        out += "\(label(.pictureDerived))<br>"
        out += "\(label(.pictureOriginal)) <code>\(picture.original.hex)</code><br>"
        out += "\(label(.pictureDigest)) <code>\(picture.digest.hex)</code></figcaption>\n</figure>\n"
    }

    private mutating func writeCheck() {
        out += "</main>\n<footer class=\"check\">\n<h2>\(label(.how))</h2>\n"
        out += "<p>\(label(.how1))</p>\n<p>\(label(.how2))</p>\n"
        let lists: [(PageText, [PageText])] = [
            (.proven, [.proven1, .proven2] + (content.hasReceipts ? [.provenLog] : [])),
            (.unproven, [.unproven1, .unproven2, .unproven3]),
        ]
        for (title, items) in lists {
            out += "<h3>\(label(title))</h3>\n<ul>\n"
            for item in items { out += "<li>\(label(item))</li>\n" }
            out += "</ul>\n"
        }
        out += "</footer>\n"
    }

    private mutating func written(_ shown: Exhibit.Shown) -> String {
        switch shown {
        case .text(let text): return bdi(text)
        case .withheld:
            markCount += 1
            return Self.mark(self.text(.withheld), markCount)
        }
    }

    private mutating func pair(_ name: PageText, _ value: String) {
        out += "<dt>\(label(name))</dt><dd>\(value)</dd>\n"
    }

    private func text(_ name: PageText) -> String { name.text(in: content.language) }
    private func label(_ name: PageText) -> String { HTML.escaped(text(name)) }
    private func number(_ exhibit: Exhibit) -> String { "\(label(.exhibit)) \(exhibit.number)" }

    /// Text in an isolate of its own, so that Arabic or Hebrew in it does not reorder what stands beside it.
    private func bdi(_ text: String) -> String { "<bdi>\(HTML.escaped(text))</bdi>" }

    private static func mark(_ word: String, _ number: Int) -> String {
        "<span class=\"mark\">[\(HTML.escaped(word)) \(number)]</span>"
    }

    /// Codes of two or three letters only: anything else is left out.
    private static func lang(_ code: String?) -> String {
        guard let code, (2...3).contains(code.utf8.count),
            code.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { return "" }
        return " lang=\"\(code)\""
    }

    /// A relative path of plain names: nothing that a browser would read as a scheme, a host or a way up.
    private static func fileName(_ name: String) throws(EvidenceError) -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            guard let first = part.utf8.first, first != UInt8(ascii: ".") else { return false }
            return part.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
        }
        guard isPlain, name.utf8.count <= 200 else { throw .page(rule: "plain names of files") }
        return name
    }

    /// Hex digits in groups of eight on two lines, to be read aloud.
    private static func grouped(_ hex: String) -> String {
        let groups = stride(from: 0, to: hex.utf8.count, by: 8).map { String(hex.dropFirst($0).prefix(8)) }
        return groups.prefix(4).joined(separator: " ") + "<br>" + groups.dropFirst(4).joined(separator: " ")
    }
}
