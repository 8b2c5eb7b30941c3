/// One thing that is not as it was written. It says where, never what.
package struct StoreProblem: Hashable, Sendable {
    /// What kind of thing it is.
    package let part: StorePart
    /// In which area, where that is known.
    package let area: Area?
    /// The number of the row, entry or tile, where there is one.
    package let number: UInt64?

    init(_ part: StorePart, area: Area? = nil, number: UInt64? = nil) {
        self.part = part
        self.area = area
        self.number = number
    }
}

/// What a check found.
package struct CheckReport: Sendable {
    /// Everything that is not as it was written; empty when all is well.
    package var problems: [StoreProblem] = []
    /// Whether the gate was closed or absent, so that only part could be looked at.
    package var isPartial = false
    /// Files of `blobs/` that no row names.
    package var strayBlobs: [String] = []
    /// Rows, entries and files that were looked at.
    package var rowCount: UInt64 = 0
    package var entryCount: UInt64 = 0
    package var blobCount: UInt64 = 0
    /// Bytes of bodies and files that were read.
    package var byteCount: UInt64 = 0

    /// Complete, and without a problem.
    package var isGood: Bool { problems.isEmpty && !isPartial }
}

/// How far a check is.
package struct CheckProgress: Sendable {
    /// Rows looked at so far.
    package let rowCount: UInt64
    /// Bytes of bodies and files read so far.
    package let byteCount: UInt64
}

/// What `status` shows of the store.
package struct StoreStatus: Sendable {
    package let state: StoreState
    /// Entries in the ledger; 0 while the gate is closed.
    package let entryCount: UInt64
    /// Entries that the last opening of the gate brought forward after a crash.
    package let broughtForward: UInt64
    /// The highest wall clock of any change, UTC seconds.
    package let highestInstant: Int64
    /// Whether overwritten bytes are still in the files, because another program reads them.
    package let hasRemnants: Bool
    /// Whether gate and vault lie on one file system: a thief of one has the other.
    package let sharesFileSystem: Bool
    /// Whether the device key lies in the gate folder, where a copy of the folder has it.
    package let keepsDeviceKey: Bool
    /// How the gate's second copy is; nil when nobody asked for one.
    package let mirror: MirrorCondition?
    /// Whether that copy lies on the file system of the gate or of the vault, and is lost or stolen with it.
    package let mirrorSharesFileSystem: Bool
}
