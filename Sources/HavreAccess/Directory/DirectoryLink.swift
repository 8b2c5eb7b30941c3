package import HavreCodec
package import HavreSecrets

/// The matter of one link of the directory, by kind. The kind is part of what is signed.
package enum DirectoryLink: Sendable, Equatable {
    case founding(Founding)
    case invitation(Invitation)
    case entry(Entry)
    case confirmation(Confirmation)
    case area(AreaKey)
    case contact(ContactLink)
    case contactConfirmation(ContactReference)
    case contactRetirement(ContactReference)

    /// The first link: the fingerprint of the vault is made of its digest and of the attestation key in it.
    package struct Founding: Sendable, Equatable {
        package let organisation: String
        package let person: Identifier
        package let name: StaffName
        package let keys: PublicKeys
        package let shadow: PublicKeys
        /// The recovery key: 32-byte seed to X25519 and Ed25519.
        package let recovery: PublicKeys
        /// Vouches outside the house for author keys, without names.
        package let attestation: VerifyKey
        package let areas: [AreaKey]

        package init(
            organisation: String, person: Identifier, name: StaffName, keys: PublicKeys, shadow: PublicKeys,
            recovery: PublicKeys, attestation: VerifyKey, areas: [AreaKey]
        ) {
            self.organisation = organisation
            self.person = person
            self.name = name
            self.keys = keys
            self.shadow = shadow
            self.recovery = recovery
            self.attestation = attestation
            self.areas = areas
        }
    }

    /// A supervisor asks somebody in; the keys are those of the code.
    package struct Invitation: Sendable, Equatable {
        package let person: Identifier
        package let name: StaffName
        package let role: StaffRole
        package let keys: PublicKeys
        package let expires: Instant
        /// Whom the new person replaces, when a passphrase was lost.
        package let resets: Identifier?

        package init(
            person: Identifier, name: StaffName, role: StaffRole, keys: PublicKeys, expires: Instant,
            resets: Identifier?
        ) {
            self.person = person
            self.name = name
            self.role = role
            self.keys = keys
            self.expires = expires
            self.resets = resets
        }
    }

    /// The person's own keys, signed with the key of her code and with the new one.
    package struct Entry: Sendable, Equatable {
        package let person: Identifier
        package let keys: PublicKeys
        /// The shadow identity that everybody has from the first day (duress).
        package let shadow: PublicKeys

        package init(person: Identifier, keys: PublicKeys, shadow: PublicKeys) {
            self.person = person
            self.keys = keys
            self.shadow = shadow
        }
    }

    /// The inviting supervisor has compared six words.
    package struct Confirmation: Sendable, Equatable {
        package let person: Identifier
        /// Digest of the entry that was confirmed.
        package let entry: Digest

        package init(person: Identifier, entry: Digest) {
            self.person = person
            self.entry = entry
        }
    }

    /// The public half of an area of the house and the commitment to its secret.
    package struct AreaKey: Sendable, Equatable {
        package let area: HouseArea
        package let generation: UInt64
        package let commitment: Digest
        /// X25519 key that outsiders box to.
        package let half: BoxPublicKey

        package init(area: HouseArea, generation: UInt64, commitment: Digest, half: BoxPublicKey) {
            self.area = area
            self.generation = generation
            self.commitment = commitment
            self.half = half
        }
    }

    /// Somebody outside who may receive evidence. The details are checked by whoever makes the statement.
    package struct ContactLink: Sendable, Equatable {
        package let contact: Identifier
        /// Name, organisation, kind, language, key or passphrase mode, how the key was checked.
        package let details: JSON

        package init(contact: Identifier, details: JSON) {
            self.contact = contact
            self.details = details
        }
    }

    /// A contact, and which version of it is meant.
    package struct ContactReference: Sendable, Equatable {
        package let contact: Identifier
        /// Digest of the statement that added it.
        package let statement: Digest

        package init(contact: Identifier, statement: Digest) {
            self.contact = contact
            self.statement = statement
        }
    }
}
