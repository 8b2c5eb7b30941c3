import HavreCodec
import HavreForms
import HavreSecrets
import Testing

@testable import HavreEvidence

@Suite("The page of a bundle")
struct PageTests {
    private static let hostile = [
        "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "\"><svg/onload=alert(1)>",
        "' autofocus onfocus=alert(1) x='", "&lt;b&gt; &amp;amp;", "]]><!-- --><![CDATA[", "%MARK% %NAME%",
        "https://example.org/a?b=c", "javascript:alert(1)", "{{7*7}}", "line\nbreak\ttab",
    ]

    private func content(_ texts: [String], language: Language = .en) throws -> PageContent {
        PageContent(
            language: language, recipient: texts.joined(), date: try Day(parsing: "2026-11-01"),
            profile: texts.joined(), person: texts.joined(), fingerprint: Hash.sha256([1]),
            hasReceipts: true,
            exhibits: texts.enumerated().map { index, text in
                Exhibit(
                    number: index + 1, title: text, kind: text, file: "records/001.sdjwt",
                    digest: Hash.sha256([2]), recorded: nil,
                    blocks: [
                        .value(label: text, .text(text)),
                        .passages(label: text, language: text, [.text(text)]),
                        .table(label: text, columns: [text], rows: [[.text(text)], [nil], [.withheld]]),
                        .fileWithheld(label: text),
                    ])
            })
    }

    private func html(_ content: PageContent) throws -> String {
        String(decoding: try Page.render(content).html, as: UTF8.self)
    }

    @Test("Text of any content adds no tag and no attribute to the page")
    func injection() throws {
        let clean = try html(content(Self.hostile.map { _ in "text" }))
        let page = try html(content(Self.hostile))
        #expect(Self.tags(page) == Self.tags(clean).map { $0 })
        #expect(!page.contains("<script") && !page.contains("alert(1)>"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(page.contains("&amp;lt;b&amp;gt; &amp;amp;amp;"), "a reference in the text stays text")
        #expect(page.contains("%MARK% %NAME%"), "a text is never filled in")
    }

    @Test("The page asks for nothing: no script, no address, and a policy that allows its own style only")
    func policy() throws {
        let page = try html(content(["text"]))
        let style = try #require(page.range(of: "<style>", to: "</style>"))
        let digest = Base64.standard(Hash.sha256(Array(style.utf8)).bytes, padded: true)
        #expect(
            page.contains(
                "content=\"default-src 'none'; style-src 'sha256-\(digest)'; img-src 'self' file:; "
                    + "base-uri 'none'; form-action 'none'\""))
        for word in [
            "<script", "http:", "https:", "//", "url(", "@import", "<link", "<iframe", "<form", " style=",
            " on",
        ] {
            #expect(!Self.tags(page).joined().contains(word) && !style.contains(word), "\(word)")
        }
        #expect(
            try #require(page.firstRange("Content-Security-Policy")) < #require(page.firstRange("<style>")))
    }

    @Test("Direction overrides, zero-width letters and controls are shown by their number, not obeyed")
    func unseen() throws {
        let odd: [Unicode.Scalar] = [
            "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}",
            "\u{2069}",
            "\u{200E}", "\u{200F}", "\u{061C}", "\u{200B}", "\u{2060}", "\u{FEFF}", "\u{00AD}", "\u{180E}",
            "\u{0000}",
            "\u{0007}", "\u{001B}", "\u{0085}", "\u{2028}", "\u{2029}", "\u{E000}", "\u{E0041}", "\u{3164}",
            "\u{2800}",
            "\u{FFF9}", "\u{1D173}", "\u{0378}",
        ]
        for scalar in odd {
            let page = try html(content(["before\(scalar)after"]))
            #expect(!page.unicodeScalars.contains(scalar), "U+\(String(scalar.value, radix: 16))")
            let name = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - name.count)) + name
            #expect(page.contains("before<span class=\"odd\">U+\(padded)</span>after"))
        }
    }

    @Test("What scripts need is kept: accents, joiners, right-to-left text in an isolate of its own")
    func scripts() throws {
        for text in ["Éloïse Nguyễn", "می‌خواهم", "سلام", "क्ष", "👩‍⚕️", "e\u{301}", "Ελένη", "ქართული"] {
            let page = try html(content([text]))
            #expect(page.contains("<bdi>\(text)</bdi>"), "\(text)")
            #expect(!page.contains("class=\"odd\""))
        }
        let pile = "a" + String(repeating: "\u{301}", count: 40)
        #expect(
            try html(content([pile])).contains("class=\"odd\">U+0301"), "piles of accents cover other lines")
        #expect(HTML.escaped("a\r\nb\rc") == "a\nb<span class=\"odd\">U+000D</span>c")
    }

    @Test("Marks are numbered through the page in reading order, sentences keep their numbers")
    func marks() throws {
        var content = try content([])
        content.exhibits = [
            Exhibit(
                number: 1, title: "One", kind: "Statement", file: "records/001.sdjwt",
                digest: Hash.sha256([1]),
                blocks: [
                    .value(label: "Place", .withheld),
                    .passages(label: "Text", language: "fra", [.text("A."), .withheld, .text("C.")]),
                ]),
            Exhibit(
                number: 2, title: "Two", kind: "Evidence", file: "records/002.sdjwt",
                digest: Hash.sha256([2]),
                recorded: try Day(parsing: "2026-10-01"),
                blocks: [
                    .table(label: "Persons", columns: ["Name"], rows: [[.withheld], [.text("Person B")]])
                ]),
        ]
        let (bytes, marks) = try Page.render(content)
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(marks == 3)
        #expect(page.contains("<dt><bdi>Place</bdi></dt><dd><span class=\"mark\">[withheld 1]</span></dd>"))
        #expect(
            page.contains(
                "<li><b>2</b><span class=\"mark\">[withheld 2]</span></li>\n<li><b>3</b><bdi>C.</bdi></li>"))
        #expect(page.contains("<td><span class=\"mark\">[withheld 3]</span></td>"))
        #expect(page.contains("<ol class=\"passages\" lang=\"fra\">"))
        #expect(page.contains("Recorded on 1 October 2026") && page.contains("href=\"#exhibit-2\""))
        content.language = .fr
        let french = try html(content)
        #expect(
            french.contains("[occulté 3]") && french.contains("1er octobre 2026")
                && french.contains("Pièce n° 2"))
        content.exhibits = []
        #expect(try html(content).contains("Rien n’a été retiré"))
    }

    @Test("A picture is shown the way it was held, with the digests of the original and of itself")
    func picture() throws {
        let picture = try Derivative(of: Pictures.jpeg())
        var content = try content([])
        content.exhibits = [
            Exhibit(
                number: 1, title: "Photo", kind: "Evidence", file: "records/001.sdjwt",
                digest: Hash.sha256([1]),
                blocks: [.picture(file: "attachments/001.jpg", caption: .withheld, picture)])
        ]
        let page = try html(content)
        #expect(page.contains("<img src=\"attachments/001.jpg\" alt=\"Picture\" width=\"48\" height=\"32\">"))
        #expect(page.contains(picture.original.hex) && page.contains(picture.digest.hex))
        #expect(page.contains("[withheld 1]"))
    }

    @Test("Names of files that a browser could read as something else are refused")
    func fileNames() throws {
        let names = [
            "", "..", "../a.jpg", "/etc/passwd", "a//b", "javascript:x", "http://a/b", "a b", "é.jpg", "a\"b",
            ".hidden",
            "a?b", "a#b", "a%2e", "a\\b", String(repeating: "a", count: 201),
        ]
        for name in names {
            var content = try content(["text"])
            content.exhibits[0].file = name
            #expect(throws: EvidenceError.page(rule: "plain names of files"), "\(name)") {
                try Page.render(content)
            }
            content = try self.content(["text"])
            content.exhibits[0].blocks = [
                .picture(file: name, caption: .withheld, try Derivative(of: Pictures.plainPNG()))
            ]
            #expect(throws: EvidenceError.self) { try Page.render(content) }
        }
    }

    @Test("Every language has every text, and no text is unused")
    func catalogues() {
        let months = (1...12).map { "month_\($0)" }
        let expected = Set(PageText.allCases.map(\.rawValue) + months)
        for language in Language.allCases {
            #expect(Set(PageText.table(language).keys) == expected, "\(language)")
            #expect(PageText.table(language).values.allSatisfy { !$0.isEmpty })
        }
    }

    @Test("Sums are written in the manner of the language")
    func amounts() {
        #expect(PageText.amount(cents: 4_500_000, currency: "EUR", in: .en) == "45,000.00 EUR")
        #expect(PageText.amount(cents: 4_500_000, currency: "EUR", in: .fr) == "45\u{A0}000,00 EUR")
        #expect(PageText.amount(cents: -5, currency: "", in: .en) == "-0.05")
        #expect(PageText.filled("%A% and %B% or 100%", ["A": "%B%", "B": "x"]) == "%B% and x or 100%")
    }

    /// The tags of a page, in order; attribute values with text of records in them are none.
    private static func tags(_ page: String) -> [String] {
        page.split(separator: "<").dropFirst().map { part in String(part.prefix { $0 != ">" }) }.filter {
            !$0.hasPrefix("span class=\"odd\"") && !$0.hasPrefix("/span")
        }
    }
}

extension String {
    fileprivate func firstRange(_ text: String) -> Index? { ranges(of: text).first?.lowerBound }

    /// What stands between two texts.
    fileprivate func range(of start: String, to end: String) -> String? {
        guard let from = ranges(of: start).first, let to = ranges(of: end).first else { return nil }
        return String(self[from.upperBound..<to.lowerBound])
    }
}
