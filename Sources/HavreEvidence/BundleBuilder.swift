package import HavreCodec
import HavreFormats
package import HavreForms
package import HavreSecrets

/// Puts an evidence bundle together: a BagIt 1.0 bag in a ustar archive. See BUNDLE.md for what it proves.
package struct BundleBuilder {
    package let selection: Selection
    package let profile: Profile
    package let language: Language
    /// Name and organisation of the recipient, as the page and the letter address her.
    package let recipient: String
    package let date: Day
    package let fingerprint: Digest
    /// How the person is called on the page: a pseudonym, or her name when it is disclosed on purpose.
    package let person: String
    package let opening: Letter.Opening
    /// The keys under which the exported records were signed.
    package let authors: [VerifyKey]

    package init(
        selection: Selection, profile: Profile, language: Language, recipient: String, date: Day,
        fingerprint: Digest, person: String, opening: Letter.Opening, authors: [VerifyKey]
    ) {
        self.selection = selection
        self.profile = profile
        self.language = language
        self.recipient = recipient
        self.date = date
        self.fingerprint = fingerprint
        self.person = person
        self.opening = opening
        self.authors = authors
    }

    /// The kind of the statement that signs a bundle.
    package static let exportType = "urn:havre:export:1"
    /// Where the signature of the whole lies.
    package static let exportPath = "export.sdjwt"
    /// The folder that the archive unpacks to.
    package static let folder = "evidence/"

    /// The files before they are signed: payload, and the letter.
    package struct Draft: Sendable {
        let payload: [(path: String, bytes: [UInt8])]
        let letter: [UInt8]
        /// Texts for the last look, besides the values of the records.
        package var texts: [String] {
            (payload.filter { $0.path.hasSuffix(".html") }.map(\.bytes) + [letter])
                .map { String(decoding: $0, as: UTF8.self) } + payload.map(\.path)
        }
    }

    /// Writes records, page and letter.
    package func draft() throws(EvidenceError) -> Draft {
        var payload: [(path: String, bytes: [UInt8])] = []
        var exhibits: [Exhibit] = []
        for (index, chosen) in selection.chosen.enumerated() {
            let name = "records/" + Self.number(index + 1) + ".sdjwt"
            let bytes = try chosen.presentation().bytes
            payload.append(("data/" + name, bytes))
            exhibits.append(
                Exhibit(
                    number: index + 1, title: chosen.source.form.label(in: language),
                    kind: chosen.source.form.label(in: language), file: name, digest: Hash.sha256(bytes),
                    blocks: chosen.blocks(in: language)))
        }
        let page = try Page.render(
            PageContent(
                language: language, recipient: recipient, date: date, profile: profile.rawValue,
                person: person,
                fingerprint: fingerprint, exhibits: exhibits))
        payload.append(("data/index.html", page.html))
        let letter = Letter.text(
            language: language, recipient: recipient, date: date, exhibitCount: exhibits.count,
            fingerprint: fingerprint, opening: opening)
        return Draft(payload: payload, letter: letter)
    }

    /// Signs the bag and archives it.
    ///
    /// - Parameter key: the exporter's author key of the case.
    package func archive(_ draft: Draft, key: SigningKey) throws(EvidenceError) -> [UInt8] {
        do throws(FormatError) {
            var info = BagInfo()
            try info.add("Bagging-Date", date.description)
            var bag = try BagDraft(
                payload: draft.payload.map { BagFile(path: $0.path, $0.bytes) }, info: info)
            try bag.add(tag: "README.txt", draft.letter)
            let export = try SDJWT.issue(
                plain: [
                    "iss": .string("urn:havre:author:" + JWK.thumbprint(key.publicKey)),
                    "vct": .string(Self.exportType), "bag": .string(bag.tagDigest.hex),
                    "contact": .string(recipient), "profile": .string(profile.rawValue),
                    "date": .string(date.description), "fingerprint": .string(fingerprint.hex),
                    "exporter": JWK.json(key.publicKey),
                    "authors": .array(authors.sorted().map { JWK.json($0) }),
                ], claims: [:], key: key)
            try bag.add(tag: Self.exportPath, export.bytes)
            var tar = TarWriter()
            var bytes: [UInt8] = []
            for file in bag.finished() + draft.payload {
                bytes += try tar.file(path: Self.folder + file.path, file.bytes)
            }
            return bytes + (try tar.finish())
        } catch { throw .page(rule: "the bundle could not be written") }
    }

    private static func number(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}
