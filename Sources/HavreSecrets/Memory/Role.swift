/// What a key is for; one empty type a role, so that the compiler refuses a key in the place of another.
public protocol KeyRole: Sendable {}

/// The roles of Havre's 32-byte keys. `Keys/README.md` draws how they hang together.
public enum Role {
    /// The machine's own key: `device.key`, a systemd credential or a removable medium.
    package enum Device: KeyRole {}
    /// GK: everything in `gate.db` lies under it.
    package enum Gate: KeyRole {}
    /// Opens one person's copy of GK; derived from her root.
    package enum GateSlot: KeyRole {}
    /// g_login: tags and seals the users' rows on a closed daemon.
    package enum Login: KeyRole {}
    /// g_tag, and the tag key of one area derived from it.
    package enum Tag: KeyRole {}
    /// g_head, and the head key of one area derived from it.
    package enum Head: KeyRole {}
    /// g_mark: seals the marks of the ledger.
    package enum Mark: KeyRole {}
    /// g_case: the gate's key of one case (or ring), renewed when somebody is removed.
    package enum CaseGate: KeyRole {}
    /// gate_r: derived from g_case for one row, seals its wrap.
    package enum Wrap: KeyRole {}
    /// The secret of a compartment in one generation: a canonical ristretto255 scalar, so that it can be dealt.
    package enum CompartmentSecret: KeyRole {}
    /// K_comp: a compartment of a case in one generation.
    package enum Compartment: KeyRole {}
    /// K_rec: one version of one record, drawn at random.
    package enum Record: KeyRole {}
    /// Made from a passphrase (and key file): opens one slot of a users' row.
    package enum KEK: KeyRole {}
    /// The content of a key file, as a key.
    public enum KeyFile: KeyRole {}
    /// A person's root, from which her other keys come.
    package enum Root: KeyRole {}
    /// A person's own sealing key, from her root.
    package enum Symmetric: KeyRole {}
    /// A person's index key: finds a case by its code name in her ring.
    package enum Index: KeyRole {}
    /// Made from an invitation code.
    package enum Code: KeyRole {}
    /// The seed of a signing key or of a box key, while it is derived or stored.
    package enum Seed: KeyRole {}
    /// The identifier guard of one case.
    package enum Guard: KeyRole {}
    /// BK_i: one step of the backup key's chain.
    package enum Backup: KeyRole {}
    /// The recovery seed.
    package enum Recovery: KeyRole {}
    /// A pulse key: seals one second of the ledger for the auditors.
    package enum Pulse: KeyRole {}
    /// A ChaCha20-Poly1305 STREAM: an age payload or an attachment.
    package enum Stream: KeyRole {}
}
