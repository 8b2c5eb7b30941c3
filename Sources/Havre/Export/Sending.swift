import HavreAccess
import HavreCodec
import HavreEvidence
import HavreFormats
import HavreSecrets
import HavreStore
import HavreSystem

/// A bundle that was looked at and may go.
struct Parcel {
    let builder: BundleBuilder
    let draft: BundleBuilder.Draft
    let contact: Contact
    /// What only the recipient opens.
    let key: AgeFileKey

    /// Words told by telephone, held by reference, and the key that they make.
    final class Phrase: Sendable {
        private let secret: SecretBytes
        private let key = Guarded<AgeFileKey?>(nil)

        init(_ secret: consuming SecretBytes) { self.secret = secret }

        /// Made once, whatever is tried again.
        fileprivate func fileKey() throws(FormatError) -> AgeFileKey {
            try key.with { key throws(FormatError) in
                if let key { return key }
                let made = try AgeFileKey(passphrase: secret)
                key = made
                return made
            }
        }
    }
}

extension Vault {
    /// A key for the contact's own, or under the passphrase that was agreed on with a contact that has none: before
    /// anybody waits for the case, because it takes as long, and as much memory, as an unlock.
    func fileKey(for contact: Contact, _ passphrase: Parcel.Phrase?) throws(HavreError) -> AgeFileKey {
        if let text = contact.details["key"]?.string {
            do throws(FormatError) { return try AgeFileKey(recipients: [AgeRecipient(parsing: text)]) } catch
            {
                throw .tampered
            }
        }
        guard let passphrase else {
            throw .invalid(field: "passphrase", rule: "is needed for a contact without a key")
        }
        return try hashing.with { _ throws(HavreError) in
            do throws(FormatError) { return try passphrase.fileKey() } catch {
                throw .invalid(field: "passphrase", rule: "must not be empty")
            }
        }
    }

    /// Signs, checks and encrypts a bundle; its entry is on disk before anybody gets a byte of it.
    ///
    /// The change rests on the case and the directory as they were read: a removal, a withdrawn consent or a retired
    /// contact in the meantime refuses it. Called by who holds the case: the exporter's author key may be certified by this
    /// change.
    ///
    /// - Throws: `HavreError.busy` when the case has changed meanwhile, `notOpen` when it was closed.
    func send(_ parcel: Parcel, _ inside: Inside) throws(HavreError) -> [UInt8] {
        guard let attestation = try secrets(of: .directory, inside.session).attestationKey,
            attestation.publicKey == inside.directory.attestation
        else { throw .tampered }
        return try commit(event("export", inside.session), roster: inside.secrets) {
            draft, event throws(HavreError) in
            let place = try self.place(of: parcel, unchanged: inside, &draft)
            let author = try self.author(place, &draft, inside.session, time: event.time)
            let chosen = parcel.builder.selection.chosen.map(\.source)
            let keys = BundleBuilder.Keys(
                exporter: author.key, authors: Set(place.chain.authors.keys), attestation: attestation,
                founding: place.directory.founding,
                receipts: parcel.builder.hasReceipts ? try self.receipts(of: chosen, inside) : nil)
            let archive = try self.archive(parcel, keys)
            let bundle: [UInt8]
            do throws(FormatError) { bundle = try Age.encrypt(archive, AgeEncryptor(parcel.key)) } catch {
                throw .failed("sealing the bundle")
            }
            event.caseID = inside.file.caseID
            event.code = inside.chain.code
            event.purpose = inside.purpose
            event.records = chosen.map(\.record)
            event.contact = parcel.contact.details["name"]?.string
            event.bundle = Hash.sha256(bundle).hex
            return bundle
        }.answer
    }

    /// The case as it is now, when nothing that the bundle rests on has moved since it was read.
    private func place(
        of parcel: Parcel, unchanged before: Inside, _ draft: inout Draft
    ) throws(HavreError) -> WritingPlace {
        let now = try requireUnchanged(before, &draft)
        guard now.directory.contacts[parcel.contact.contact] == parcel.contact else { throw .busy }
        return WritingPlace(
            area: now.area, chain: now.chain, secrets: now.secrets, directory: now.directory)
    }

    /// The case as it is now, open still.
    ///
    /// - Throws: `HavreError.busy` when a row or her place on it has changed since `before`.
    func requireUnchanged(_ before: Inside, _ draft: inout Draft) throws(HavreError) -> Inside {
        try draft.rest(on: before.area)
        try draft.rest(on: area(.directory))
        let now = try inside(before.chain.code, before.session)
        guard now.index.count == before.index.count, now.standing == before.standing else { throw .busy }
        return now
    }

    /// The archive, verified as its reader will: it leaves whole and as it was chosen, or not at all.
    private func archive(_ parcel: Parcel, _ keys: BundleBuilder.Keys) throws(HavreError) -> [UInt8] {
        let archive = try evidence { () throws(EvidenceError) in
            try parcel.builder.archive(parcel.draft, keys)
        }
        let verdict = BundleVerifier.verify(archive, fingerprint: parcel.builder.fingerprint.hex)
        guard verdict.isValid, verdict.records.count == parcel.builder.selection.chosen.count else {
            throw .failed("a bundle that does not verify")
        }
        return archive
    }
}
