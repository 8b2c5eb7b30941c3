package import HavreCodec
import HavreFormats
package import HavreForms
import HavreLedger
package import HavreSecrets

/// Puts an evidence bundle together: a BagIt 1.0 bag in a ustar archive. See BUNDLE.md for what it proves.
package struct BundleBuilder: Sendable {
    package let selection: Selection
    package let profile: Profile
    package let language: Language
    /// Name and organisation of the recipient, as the page and the letter address her.
    package let recipient: String
    package let date: Day
    package let fingerprint: Digest
    /// How the person is called on the page: a pseudonym.
    package let person: String
    package let opening: Letter.Opening
    /// Whether the bundle says where its records stand in the ledger.
    package let hasReceipts: Bool

    package init(
        selection: Selection, profile: Profile, language: Language, recipient: String, date: Day,
        fingerprint: Digest, person: String, opening: Letter.Opening, hasReceipts: Bool
    ) {
        self.selection = selection
        self.profile = profile
        self.language = language
        self.recipient = recipient
        self.date = date
        self.fingerprint = fingerprint
        self.person = person
        self.opening = opening
        self.hasReceipts = hasReceipts
    }

    /// A bundle before it is signed: payload and letter, and what the last look compares them with.
    package struct Draft: Sendable {
        package let selection: Selection
        let language: Language
        let payload: [(path: String, bytes: [UInt8])]
        let letter: [UInt8]
        let info: BagInfo
        /// Page and letter as they would be if every value were withheld.
        let blankTexts: [String]

        /// All text that leaves beside the values: page with and without its tags, letter, names of files, labels.
        var texts: [String] {
            BundleBuilder.texts(page: payload[payload.count - 1].bytes, letter: letter)
                + payload.map(\.path) + info.elements.flatMap { [$0.label, $0.value] }
        }
    }

    /// Writes records, page and letter.
    package func draft() throws(EvidenceError) -> Draft {
        var payload: [(path: String, bytes: [UInt8])] = []
        for (index, chosen) in selection.chosen.enumerated() {
            payload.append((BundleLayout.record(index + 1), try chosen.presentation().bytes))
        }
        let letter = Letter.text(
            language: language, recipient: recipient, date: date, exhibitCount: payload.count,
            fingerprint: fingerprint, opening: opening, hasReceipts: hasReceipts)
        let page = try page(selection, payload.map(\.bytes))
        let blank = try self.page(selection.blank, payload.map(\.bytes))
        payload.append((BundleLayout.page, page))
        var info = BagInfo()
        do throws(FormatError) { try info.add("Bagging-Date", date.description) } catch {
            throw .page(rule: "a date on one line")
        }
        return Draft(
            selection: selection, language: language, payload: payload, letter: letter, info: info,
            blankTexts: Self.texts(page: blank, letter: letter))
    }

    private func page(_ selection: Selection, _ records: [[UInt8]]) throws(EvidenceError) -> [UInt8] {
        let exhibits = zip(selection.chosen, records).enumerated().map { index, pair in
            Exhibit(
                number: index + 1, title: pair.0.title ?? pair.0.source.form.label(in: language),
                kind: pair.0.source.form.label(in: language),
                file: String(BundleLayout.record(index + 1).dropFirst(BundleLayout.payload.count)),
                digest: Hash.sha256(pair.1), blocks: pair.0.blocks(in: language))
        }
        return try Page.render(
            PageContent(
                language: language, recipient: recipient, date: date, profile: profile.label(in: language),
                person: person, fingerprint: fingerprint, hasReceipts: hasReceipts, exhibits: exhibits)
        ).html
    }

    private static func texts(page: [UInt8], letter: [UInt8]) -> [String] {
        let page = String(decoding: page, as: UTF8.self)
        return [page, HTML.text(of: page), String(decoding: letter, as: UTF8.self)]
    }

    /// The keys that seal a bundle.
    package struct Keys {
        /// The exporter's author key of the case.
        package let exporter: SigningKey
        /// The keys under which the records of the case were signed.
        package let authors: Set<VerifyKey>
        /// The vault's attestation key, and the digest of the founding statement that names it.
        package let attestation: SigningKey
        package let founding: Digest
        /// What the ledger says of each chosen record; nil for a bundle that does not speak of the ledger.
        package let receipts: LedgerReceipts?

        package init(
            exporter: SigningKey, authors: Set<VerifyKey>, attestation: SigningKey, founding: Digest,
            receipts: LedgerReceipts?
        ) {
            self.exporter = exporter
            self.authors = authors
            self.attestation = attestation
            self.founding = founding
            self.receipts = receipts
        }
    }

    /// Attests the authors of what leaves, signs the bag and archives it.
    ///
    /// - Throws: `EvidenceError.page` when a record was signed by nobody of `authors`.
    package func archive(_ draft: Draft, _ keys: Keys) throws(EvidenceError) -> [UInt8] {
        let authors = Set(selection.chosen.map(\.source.content.source.header.keyID))
        let signers = keys.authors.filter { authors.contains(JWK.thumbprint($0)) }
        guard signers.count == authors.count else { throw .page(rule: "records of authors of this case") }
        guard keys.receipts.map({ $0.proofs.count == selection.chosen.count }) ?? !hasReceipts,
            (keys.receipts != nil) == hasReceipts
        else {
            throw .page(rule: "a proof for each record")
        }
        do throws(FormatError) {
            var bag = try BagDraft(
                payload: draft.payload.map { BagFile(path: $0.path, $0.bytes) }, info: draft.info)
            try bag.add(tag: BundleLayout.letter, draft.letter)
            // In the order of the keys, which says nothing about who came first.
            for (index, key) in signers.union([keys.exporter.publicKey]).sorted().enumerated() {
                let text = try Attestation.issue(
                    author: key, founding: keys.founding, key: keys.attestation)
                try bag.add(tag: BundleLayout.attestation(index + 1), text.bytes)
            }
            if let receipts = keys.receipts { try Self.add(receipts, keys, to: &bag) }
            let statement = ExportStatement(
                bag: bag.tagDigest, contact: recipient, profile: profile.rawValue, date: date,
                fingerprint: fingerprint)
            try bag.add(tag: BundleLayout.export, statement.signed(by: keys.exporter).bytes)
            var tar = TarWriter()
            var bytes: [UInt8] = []
            for file in bag.finished() + draft.payload {
                bytes += try tar.file(path: BundleLayout.folder + file.path, file.bytes)
            }
            return BundleLayout.padded(bytes + (try tar.finish()))
        } catch { throw .page(rule: "a bundle that can be read back") }
    }

    private static func add(
        _ receipts: LedgerReceipts, _ keys: Keys, to bag: inout BagDraft
    ) throws(FormatError) {
        let text = try Attestation.issue(log: receipts.log, founding: keys.founding, key: keys.attestation)
        try bag.add(tag: BundleLayout.log, text.bytes)
        for (index, proof) in receipts.proofs.enumerated() {
            try bag.add(tag: BundleLayout.proof(index + 1), proof.encoded)
        }
    }
}
