import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// The newest secrets of a case as the supervisors keep them (t = 1): boxed to @custody and to the recovery key.
///
/// Under the gate: u32 count and box to the public half of @custody, u32 count and box to the recovery key.
enum Custody {
    static func body(
        _ secrets: AreaSecrets, directory: Directory
    ) -> [UInt8] {
        let packed = secrets.packed()
        var writer = ByteWriter()
        writer.prefixed(directory.areaKey(.custody).half.seal(secret: packed))
        writer.prefixed(directory.recovery.box.seal(secret: packed))
        return writer.bytes
    }

    /// - Parameter only: the one secret that is wanted; nil for all of them.
    static func open(
        _ body: [UInt8], caseID: Identifier, vault: Identifier, half: BoxKey, only: String? = nil
    ) throws(HavreError) -> AreaSecrets {
        do {
            var reader = ByteReader(body)
            let packed = try half.openSecret(try reader.prefixed(max: 1 << 13))
            _ = try reader.prefixed(max: 1 << 13)
            try reader.finish()
            return AreaSecrets(
                vault: vault, area: caseID, newest: try PackedSecrets.unpack(packed, only: only).secrets)
        } catch { throw .tampered }
    }
}

extension Vault {
    /// The secrets of a case from custody, checked against the case's chain.
    ///
    /// - Throws: `notFound` for a case that is not in custody, `tampered` when the chain names other secrets.
    func custody(
        _ caseID: Identifier, _ session: Session
    ) throws(HavreError) -> (secrets: AreaSecrets, chain: Chain, index: CaseIndex) {
        let secrets = try custodySecrets(caseID, session)
        let directory = try directory(session)
        let (opened, chain, index) = try bring(file(caseID), with: secrets, directory)
        let named = Dictionary(uniqueKeysWithValues: chain.sealings.map { ($0.key.rawValue, $0.value) })
        guard opened.sealings == named else { throw .tampered }
        return (opened, chain, index)
    }

    /// The secrets of a case from custody, unchecked: good for its card, which authenticates itself.
    func custodySecrets(_ caseID: Identifier, _ session: Session) throws(HavreError) -> AreaSecrets {
        let area = area(.custody)
        guard let row = try custodyRow(of: caseID) else { throw .notFound }
        guard case .custody(let found, let generation) = try self.row(row, in: area).facts, found == caseID
        else {
            throw .tampered
        }
        let secrets = try secrets(of: .custody, session)
        guard generation == secrets.newest[HouseArea.custody.rawValue]?.generation,
            let half = secrets.half(HouseArea.custody.rawValue)
        else { throw .tampered }
        return try Custody.open(
            try openUnderGate(try body(row, in: area), in: area), caseID: caseID, vault: id, half: half)
    }
}

extension Draft {
    /// Puts the newest secrets of a case into custody, in the place of the older ones.
    mutating func put(
        custodyOf secrets: AreaSecrets, directory: Directory, vault: Vault
    ) throws(HavreError) {
        let area = vault.area(.custody)
        let facts = RowFacts.custody(
            caseID: secrets.area, generation: directory.areaKey(.custody).generation)
        let boxes = Custody.body(secrets, directory: directory)
        let body = RowBody.sealed(try vault.sealUnderGate(boxes, in: area))
        if let row = try vault.custodyRow(of: secrets.area) {
            try put(facts, body: body, in: area, at: row)
        } else {
            try append(facts, body: body, to: area)
        }
    }
}
