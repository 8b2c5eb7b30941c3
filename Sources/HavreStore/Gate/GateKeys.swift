import HavreCodec
import HavreSecrets

/// Seals entries and tiles of the ledger for the gate.
enum LedgerSealing: KeyRole {}

/// The keys of an open gate. Held by reference: closing the gate drops the one reference that stays.
final class GateKeys: Sendable {
    let vault: Identifier
    /// GK.
    let gate: Key<Role.Gate>
    /// g_login as the gate key and the tag key of the users' rows.
    let login: LoginKeys
    /// g_tag.
    let tag: Key<Role.Tag>
    /// g_head.
    let head: Key<Role.Head>
    /// g_mark.
    let mark: Key<Role.Mark>
    /// Seals entries and tiles.
    let ledger: Key<LedgerSealing>
    /// Signs checkpoints.
    let log: SigningKey
    /// Answers a client's greeting.
    let host: SigningKey

    init(
        vault: Identifier, gate: Key<Role.Gate>, login: LoginKeys, tag: Key<Role.Tag>, head: Key<Role.Head>,
        mark: Key<Role.Mark>, ledger: Key<LedgerSealing>, log: SigningKey, host: SigningKey
    ) {
        self.vault = vault
        self.gate = gate
        self.login = login
        self.tag = tag
        self.head = head
        self.mark = mark
        self.ledger = ledger
        self.log = log
        self.host = host
    }

    /// The same keys under another GK.
    func renewed(_ fresh: Key<Role.Gate>) -> GateKeys {
        GateKeys(
            vault: vault, gate: fresh, login: login, tag: tag, head: head, mark: mark, ledger: ledger,
            log: log,
            host: host)
    }

    func headKey(_ area: Area) -> Key<Role.Head> {
        head.derive(Context(.areaHead, .id(area.id)))
    }

    func sealer(_ area: Area, gate: Key<Role.CaseGate>, generation: UInt64) -> RowSealer {
        if area == .login { return login.sealer }
        return RowSealer(
            vault: vault, area: area, gate: gate, tags: tag.derive(Context(.areaTag, .id(area.id))),
            generation: generation)
    }
}

/// g_login and what comes from it: enough to read the users' rows and to find a slot while the gate is closed.
final class LoginKeys: Sendable {
    /// g_login.
    let key: Key<Role.Login>
    /// Seals the users' rows; g_login is never renewed, so their generation stays 1.
    let sealer: RowSealer
    private let vault: Identifier

    init(vault: Identifier, key: Key<Role.Login>) {
        self.key = key
        self.vault = vault
        sealer = RowSealer(
            vault: vault, area: .login, gate: key.derive(Context(.areaGate, .id(Area.login.id))),
            tags: key.derive(Context(.areaTag, .id(Area.login.id))), generation: 1)
    }

    /// Where a person's slot of GK lies in `gate.db`.
    func slotName(_ person: Identifier) -> Identifier {
        key.tag(Context(.gateSlotTag, .id(vault), .id(person)))
    }
}
