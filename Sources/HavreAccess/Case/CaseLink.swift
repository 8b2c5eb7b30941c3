package import HavreCodec
package import HavreSecrets

/// The matter of one link of a case's chain, by kind.
package enum CaseLink: Sendable, Equatable {
    case founding(Founding)
    case grant(Grant)
    case removal(Removal)
    case assignment(Assignment)
    case author(Author)

    /// One secret at one generation, as everybody on the case can check it.
    package struct Sealing: Sendable, Equatable {
        package let generation: UInt64
        package let commitment: Digest

        package init(generation: UInt64, commitment: Digest) {
            self.generation = generation
            self.commitment = commitment
        }
    }

    /// Link 0.
    package struct Founding: Sendable, Equatable {
        package let code: String
        /// How many supervisors a grant takes.
        package let threshold: Int
        package let owner: Identifier
        package let backup: Identifier?
        package let sealings: [Compartment: Sealing]

        package init(
            code: String, threshold: Int, owner: Identifier, backup: Identifier?,
            sealings: [Compartment: Sealing]
        ) {
            self.code = code
            self.threshold = threshold
            self.owner = owner
            self.backup = backup
            self.sealings = sealings
        }
    }

    /// Somebody gets compartments and rights until a day.
    package struct Grant: Sendable, Equatable {
        package let person: Identifier
        package let keys: PublicKeys
        package let compartments: [Compartment]
        package let rights: [Right]
        /// The last day included.
        package let until: Day
        package let purpose: String

        package init(
            person: Identifier, keys: PublicKeys, compartments: [Compartment], rights: [Right], until: Day,
            purpose: String
        ) {
            self.person = person
            self.keys = keys
            self.compartments = compartments
            self.rights = rights
            self.until = until
            self.purpose = purpose
        }
    }

    /// Somebody loses her place; what she held gets new secrets.
    package struct Removal: Sendable, Equatable {
        package let person: Identifier
        package let rotations: [Compartment: Sealing]

        package init(person: Identifier, rotations: [Compartment: Sealing]) {
            self.person = person
            self.rotations = rotations
        }
    }

    /// Another owner or backup; a former owner keeps nothing.
    package struct Assignment: Sendable, Equatable {
        package let owner: Identifier
        package let backup: Identifier?
        package let rotations: [Compartment: Sealing]

        package init(owner: Identifier, backup: Identifier?, rotations: [Compartment: Sealing]) {
            self.owner = owner
            self.backup = backup
            self.rotations = rotations
        }
    }

    /// The key under which one person signs records of this case only.
    package struct Author: Sendable, Equatable {
        package let person: Identifier
        package let key: VerifyKey

        package init(person: Identifier, key: VerifyKey) {
            self.person = person
            self.key = key
        }
    }
}
