import HavreCodec
package import HavreSystem

/// Why the store refused. No case carries contents, names or paths.
package enum StoreError: Error, Equatable, Sendable {
    /// An area that the change touches or rests on has moved on: build the change again.
    case stale
    /// The gate is closed: a supervisor has to open it.
    case closed
    /// Something else holds what is needed; the same call may succeed later.
    case busy
    /// No such row, area, entry, slot or file.
    case notFound
    /// The disk is full. `decided` false: nothing happened. True: the change stands and its entry is written, but
    /// the gate could not follow yet; it will, as soon as there is room.
    case storageFull(decided: Bool)
    /// Whether the last commit stands is unknown. The store answers nothing any more; the process has to end.
    case outcomeUnknown
    /// Something stored is not what was written.
    case tampered(StorePart)
    /// What is stored is older than what the gate, or the vault, remembers.
    case rolledBack
    /// The caller broke a rule of this interface.
    case invalid(rule: String)
    /// Another process has the stores open.
    case inUse
    /// A folder that has to be new or empty holds something.
    case occupied(StorePart)
    /// A restore into these folders was cut short: it has to be started again.
    case unfinished
    /// A file or folder that is no store of ours, or not in the state in which we leave it.
    case foreign(StorePart)
    /// The device key or the slot key does not open the gate.
    case wrongKey
    /// A call of the operating system failed.
    case system(SystemError)
    /// SQLite failed with this extended result code.
    case database(code: Int32)
}

/// The parts of what is stored, as errors and problems name them.
package enum StorePart: String, Sendable, Hashable, CaseIterable {
    case vaultFolder = "vault folder"
    case gateFolder = "gate folder"
    case mirror = "gate mirror"
    case vaultFile = "vault.db"
    case gateFile = "gate.db"
    case meta
    case row
    case body
    case blob
    case head
    case count
    case entry
    case mark
    case tile
    case checkpoint
    case cell = "gate cell"
    case slot
    case keyFile = "key file"
    case journal = "gate.journal"
    case erasures = "erasures.log"
    case backup
}

extension StoreError {
    /// SQLite's answer outside a commit, where nothing was decided.
    init(_ error: SQLError, in part: StorePart) {
        if error.isFull {
            self = .storageFull(decided: false)
        } else if error.isBusy || error.isInterrupted {
            self = .busy
        } else if error.isCorrupt {
            self = .tampered(part)
        } else {
            self = .database(code: error.code)
        }
    }

    /// The operating system's answer outside a commit.
    init(_ error: SystemError) {
        self = error.isFull ? .storageFull(decided: false) : .system(error)
    }
}

/// Runs calls of SQLite on one of the two files and turns their errors into the store's.
func database<Value: ~Copyable>(
    _ part: StorePart, _ body: () throws(SQLError) -> Value
) throws(StoreError) -> Value {
    do throws(SQLError) { return try body() } catch { throw StoreError(error, in: part) }
}

/// Runs calls of the operating system and turns their errors into the store's.
func system<Value: ~Copyable>(_ body: () throws(SystemError) -> Value) throws(StoreError) -> Value {
    do throws(SystemError) { return try body() } catch { throw StoreError(error) }
}

/// Runs a decoder: bytes that were sealed by us and do not decode are as bad as bytes that do not open.
func decoding<Value: ~Copyable>(
    _ part: StorePart, _ body: () throws(CodecError) -> Value
) throws(StoreError) -> Value {
    do throws(CodecError) { return try body() } catch { throw .tampered(part) }
}
