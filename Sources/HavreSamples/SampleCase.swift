package import HavreCodec
package import HavreForms

/// One fictional person: records as they are entered, files as they are attached, and what an export of hers may
/// and may not show.
package struct SampleCase: Sendable {
    /// `asylum`, `shelter` or `child`; `generated-N` for generated ones.
    package let key: String
    /// The given name, for narration.
    package let person: String
    /// The language of the statement.
    package let language: Language
    /// The key of the caseworker who owns the case, and of the one who is the backup (``Samples/staff``).
    package let owner: String
    package let backup: String
    /// The risk level as a code of the catalogue; never one that needs two people.
    package let risk: String
    /// To whom the evidence goes.
    package let contact: SampleContact
    /// In the order in which they are entered.
    package let records: [SampleRecord]
    package let attachments: [SampleAttachment]
    /// What the legal adviser sends, and what she withholds.
    package let export: SampleExport
    /// Texts that identify somebody in the case; none of them may stand in the export.
    package let identifiers: [String]
    let stories: [Language: String]

    /// The story in one or two sentences.
    package func story(in language: Language) -> String { stories[language] ?? "" }

    /// The record with this key.
    package func record(_ key: String) -> SampleRecord? { records.first { $0.key == key } }

    /// Texts planted in the files, none of which may stand in the export.
    package var canaries: [String] { attachments.compactMap(\.canary) }

    /// What the export leaves of the statement: the sentences that are not withheld, in order.
    package var sentencesShown: [String] {
        let all = record("statement")?.fields["text"]?.array ?? []
        return all.indices.filter { n in
            !export.withheld.contains(SampleLeaf(record: "statement", field: "text", n: n))
        }.compactMap { all[$0].string }
    }
}

/// A record to enter: the form's id and the values as `havre add` takes them.
package struct SampleRecord: Sendable {
    /// A name inside the case, the form's id where there is one record of it: `statement`, `note-month-3`.
    package let key: String
    package let form: String
    /// An object that passes `Form.check`.
    package let fields: JSON
}

/// A file to attach.
package struct SampleAttachment: Sendable {
    package let key: String
    package let title: String
    /// Its name with its ending: `carnet.jpg`.
    package let fileName: String
    package let bytes: [UInt8]
    /// A text planted in its metadata.
    package let canary: String?
    /// The 48 bytes of its planted position, as EXIF stores them (six rationals), when it has one.
    package let position: [UInt8]?

    /// Byte sequences of which none may occur in anything that left the vault without this file: the canary, the
    /// position, and a piece of its contents.
    package var traces: [[UInt8]] {
        let middle = bytes.count / 2
        return [
            canary.map { Array($0.utf8) }, position, Array(bytes[middle..<min(middle + 48, bytes.count)]),
        ]
        .compactMap(\.self)
    }
}

/// An external recipient, with the fields of `havre contact add` that a sample can know; the key is made by the
/// demo.
package struct SampleContact: Sendable {
    package let name: String
    package let organisation: String
    /// A kind of contact: `lawyer`, `court`.
    package let kind: String
    /// The language of the letter that goes with the bundle.
    package let language: Language
}

/// An export under the profile `court`.
package struct SampleExport: Sendable {
    /// The purpose code of the export.
    package let purpose: String
    /// The keys of the records that go.
    package let records: [String]
    /// The leaves that are withheld, besides those that the profile withholds.
    package let withheld: [SampleLeaf]
}

/// One value of a record: a field, a sentence, or a value of a row.
package struct SampleLeaf: Sendable, Hashable {
    /// The key of the record.
    package let record: String
    /// The name of the leaf as `Leaf.name` gives it: `text`, `present.person`.
    package let field: String
    /// The number of the sentence or row, from 0; nil for a field that is one leaf.
    package let n: Int?

    /// A leaf of the record with this key.
    package init(record: String, field: String, n: Int? = nil) {
        self.record = record
        self.field = field
        self.n = n
    }
}
