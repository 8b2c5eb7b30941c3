/// The type of one fact in the table of kinds, with the name `Keys/README.md` uses.
package enum FactShape: Sendable, Equatable {
    case bytes(String)
    case id(String)
    case digest(String)
    case int(String)
    case text(String)
    case list(String)
    /// Secret bytes, hashed in place and never held in a `Context` value.
    case secret(String)

    func accepts(_ fact: Context.Fact) -> Bool {
        switch (self, fact) {
        case (.bytes, .bytes), (.id, .id), (.digest, .digest), (.int, .int), (.text, .text), (.list, .list):
            true
        default: false
        }
    }
}

/// The one table of kinds: what a key, tag, seal or signature may be for. The raw value is the text on the wire
/// (after `havre/1/`), and `facts` says what has to be named with it.
package enum ContextKind: String, CaseIterable, Sendable {
    // People.

    /// Key-encryption key of one slot of a users' row, from the Argon2id output.
    case kek
    /// Seal of a slot of a users' row under its KEK: {root, kind, position of the real slot}.
    case slot
    /// Seal of the shadow identity's root under the real root.
    case shadow
    /// Derives a person's symmetric key from her root.
    case symmetric
    /// Derives a person's index key from her root.
    case indexKey = "index-key"
    /// Tag of a code name under a person's index key.
    case index
    /// Seal of a person's private key (`use` is sign or box) under her symmetric key.
    case privateKey = "private-key"
    /// Seal of a row of a person's ring under her symmetric key.
    case ring
    /// Derives a seed (`use` is sign or box) from an invitation code.
    case code
    /// Digest of keys that two people compare as words; the vectors show with it how lists are written.
    case words

    // The gate.

    /// Seal of GK under the device key, in `auto.key`.
    case gateAuto = "gate-auto"
    /// Derives the slot key from a supervisor's root.
    case gate
    /// Outer seal of a GK slot, under the supervisor's slot key.
    case gateSlot = "gate-slot"
    /// Inner seal of a GK slot, under the device key.
    case gateSlotInner = "gate-slot-inner"
    /// Tag of a supervisor's GK slot under g_login.
    case gateSlotTag = "gate-slot-tag"
    /// Seal of g_login under the device key, in `login.key`.
    case login
    /// Seal of a row of `gate.db` under GK; of a record of the gate's half of a backup, and of a key in a line of
    /// `gate.journal`, under BK_i.
    case gateRow = "gate-row"
    /// Tag of a row of `gate.db` under GK.
    case gateTag = "gate-tag"
    /// Seal of one line of `gate.journal` or `erasures.log` under BK_i.
    case journal
    /// Gate seal of what waits for somebody: a box in her ring, or the secrets of a case in custody.
    case box
    /// Derives BK_{i+1} from BK_i.
    case backupStep = "backup-step"

    // Rows.

    /// Derives the tag key of an area from g_tag.
    case areaTag = "area-tag"
    /// Tag of row n under the tag key of its area.
    case rowTag = "row-tag"
    /// Derives the gate key of the users' rows from g_login.
    case areaGate = "area-gate"
    /// Derives the head key of an area from g_head.
    case areaHead = "area-head"
    /// What one row adds to the head of its area (512 bits, under the area's head key).
    case head
    /// Derives gate_r of row n from g_case.
    case wrapKey = "wrap-key"
    /// Seal of a wrap under gate_r: {facts, inner, gist}.
    case wrap
    /// Seal of K_rec under K_comp: a person's right.
    case inner
    /// Seal of a record's body under K_rec.
    case body
    /// Seal of a record's gist under K_rec.
    case gist
    /// Names an area of the house, hashed without a key: the same in every start.
    case areaName = "area-name"
    /// Names a person's ring, hashed without a key.
    case ringName = "ring-name"
    /// Derives the key of an attachment's stream from K_rec.
    case blob
    /// Seal of a case's card under its roster.
    case card
    /// Seal of a short label (a name shown in lists).
    case label

    // Cases.

    /// Derives K_comp from the secret of a compartment.
    case compartmentKey = "compartment-key"
    /// Seal of the secret of the generation before under K_comp.
    case compartmentOlder = "compartment-older"
    /// Derives the X25519 key of an area of the house, to which outsiders box, from its secret.
    case areaHalf = "area-half"
    /// Tag of the person whose act an entry is about, under the roster of its case.
    case entryPerson = "entry-person"
    /// Commitment to the secret of a compartment.
    case compartmentCommitment = "compartment-commitment"
    /// Fingerprint of a normalised identifier under the guard key of its case.
    case `guard`

    // The ledger.

    /// Gate seal of an entry of the ledger.
    case entry
    /// Mask of the root that an entry's row carries, under the ledger's gate key.
    case entryRoot = "entry-root"
    /// Seal of an entry's own key under the pulse key or under the roster, and of its event under that key.
    case entryKey = "entry-key"
    /// Gate seal of an entry's mark, under g_mark.
    case mark
    /// Gate seal of a tile.
    case tile

    // Signatures.

    /// Signature of a statement.
    case statement
    /// Signature of the host key over a client's nonce.
    case hello
    /// Derives the seed of the attestation key from the first secret of the directory.
    case attestation
    /// The fingerprint of a vault: its founding statement and its attestation key.
    case fingerprint

    // Recovery.

    /// Derives a seed (`use` is sign, box or backup) from the recovery seed.
    case recovery
    /// Seal of the recovery seed under the founder's root until it is dealt.
    case recoverySeed = "recovery-seed"
}
