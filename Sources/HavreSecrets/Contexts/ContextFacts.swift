extension ContextKind {
    /// The facts a context of this kind names, in order. A key is only as safe as what it is bound to: whatever
    /// could be swapped for something else of the same kind stands here.
    package var facts: [FactShape] {
        switch self {
        case .kek: [.secret("argon2id output"), .id("user"), .int("slot"), .list("ops, memory byte count")]
        case .slot: [.id("vault"), .id("user"), .int("slot")]
        case .shadow, .symmetric, .indexKey, .gate: [.id("vault"), .id("user")]
        case .index: [.text("code name")]
        case .privateKey: [.id("vault"), .id("user"), .text("use")]
        case .ring: [.id("vault"), .id("user"), .int("n")]
        case .code: [.text("use")]
        case .words: [.list("public keys")]
        case .gateAuto, .login: [.id("vault")]
        case .gateSlot, .gateSlotInner, .gateSlotTag: [.id("vault"), .id("user")]
        case .gateRow: [.id("vault"), .text("table"), .bytes("row key")]
        case .gateTag: [.id("vault"), .text("table"), .bytes("name")]
        case .journal: [.id("vault"), .int("step")]
        case .box: [.id("vault"), .id("area")]
        case .backupStep: []
        case .areaName: [.id("vault"), .text("name")]
        case .ringName: [.id("vault"), .id("person")]
        case .areaHalf: [.id("vault"), .id("area"), .text("name"), .int("generation")]
        case .entryPerson: [.id("vault"), .id("case"), .id("person")]
        case .entryKey: [.id("vault"), .id("case"), .int("second")]
        case .areaTag, .areaGate, .areaHead: [.id("area")]
        case .rowTag: [.int("n")]
        case .head: [.id("tag"), .digest("wrap")]
        case .wrapKey: [.int("n")]
        case .wrap: [.id("vault"), .id("case"), .int("n"), .int("gate generation")]
        case .inner:
            [
                .id("vault"), .id("case"), .text("compartment"), .int("generation"), .id("record"),
                .int("version"),
                .digest("author key thumbprint"),
            ]
        case .body, .gist: [.id("vault"), .id("case"), .id("record"), .int("version")]
        case .blob: [.id("vault"), .id("case"), .id("blob")]
        case .card: [.id("vault"), .id("case")]
        case .label: [.id("vault"), .id("of"), .text("use")]
        case .compartmentKey, .compartmentOlder:
            [.id("vault"), .id("case"), .text("compartment"), .int("generation")]
        case .compartmentCommitment:
            [.id("vault"), .id("case"), .text("compartment"), .int("generation"), .secret("secret")]
        case .guard: [.text("kind"), .text("value")]
        case .entry, .mark: [.id("vault"), .int("number"), .digest("root before the group")]
        case .entryRoot: [.id("vault"), .int("number")]
        case .tile: [.id("vault"), .int("level"), .int("number"), .int("width")]
        case .statement: [.text("kind"), .bytes("strict JSON")]
        case .hello: [.bytes("client nonce"), .text("what is answered")]
        case .attestation: [.id("vault")]
        case .fingerprint: [.digest("founding statement"), .bytes("attestation key")]
        case .recovery: [.text("use")]
        case .recoverySeed: [.id("vault"), .id("user")]
        }
    }
}
