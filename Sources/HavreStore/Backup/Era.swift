package import HavreSecrets
import HavreSystem

/// What an era begins with.
package struct EraKeys: Sendable {
    /// How often the vault was restored, this time included.
    package let era: UInt32
    /// The new log key and the new host key.
    package let log: VerifyKey
    package let host: VerifyKey
}

extension Store {
    /// How often the vault was restored.
    package func era() throws(StoreError) -> UInt32 {
        let keys = try memory.with { memory throws(StoreError) in try memory.openKeys() }
        return try lead { leader throws(StoreError) in try leader.gate.chain(keys).era }
    }

    /// Begins the next era of a restored store: new log key and host key, a backup key of its own, and the checkpoint
    /// signed anew, in one transaction. The store is closed afterwards; opening it again goes on in the new era.
    /// - Parameters:
    ///   - first: BK_0 of an era.
    ///   - sign: the text of the present checkpoint in the new era, by the new log key.
    package func beginEra(
        first: (UInt32) -> Key<Role.Backup>,
        sign: (UInt32, StoredCheckpoint, SigningKey) throws(StoreError) -> [UInt8]
    ) throws(StoreError) -> EraKeys {
        let begun = try lead { leader throws(StoreError) -> EraKeys in
            let (keys, instant) = try memory.with { memory throws(StoreError) in
                guard memory.state == .serving else { throw .closed }
                return (try memory.openKeys(), memory.instant)
            }
            if leader.lag.isUrgent || leader.lag.checkpoint { try leader.follow(keys) }
            let era = try leader.gate.chain(keys).era + 1
            let (log, host) = (SigningKey(), SigningKey())
            var checkpoint = memory.with { $0.checkpoint }
            checkpoint.text = try sign(era, checkpoint, log)
            do throws(SQLError) {
                try leader.gate.begin()
                try leader.gate.put(.log, log.seed(), keys)
                try leader.gate.put(.host, host.seed(), keys)
                try leader.gate.put(chain: StepLog.Chain(era: era, first: first(era)), keys)
                try leader.gate.put(checkpoint: checkpoint, instant: instant, keys)
                try leader.gate.commit()
            } catch {
                leader.gate.rollback()
                throw StoreError(error, in: .gateFile)
            }
            return EraKeys(era: era, log: log.publicKey, host: host.publicKey)
        }
        close()
        return begun
    }
}
