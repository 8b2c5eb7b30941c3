import CSystem

/// A file that exists only in memory: how a secret travels beside a message, and never inside it (FORMATS 4).
package struct MemoryFile: ~Copyable, Sendable {
    /// What a secret on the wire may measure at most.
    package static let secretByteCountMax = 4096

    package let descriptor: Descriptor

    /// An empty file that may still be written; for an editor or a viewer.
    package init(named name: String) throws(SystemError) {
        try checkPath(name)
        descriptor = Descriptor(owning: try check("memfd", unsafe name.withCString { unsafe csys_memfd($0) }))
    }

    /// A sealed file: nobody can change, grow, shrink or unseal it any more.
    package init(sealing secret: RawSpan, named name: String = "havre") throws(SystemError) {
        let file = try MemoryFile(named: name)
        try file.descriptor.write(secret)
        try file.seal()
        self = file
    }

    /// Forbids every later change.
    package borrowing func seal() throws(SystemError) { try check("seal", csys_seal(descriptor.raw)) }

    /// Gives up the descriptor.
    package consuming func take() -> Descriptor { descriptor }

    /// Copies the contents of a sealed file from another process straight into the caller's memory.
    /// - Returns: Its bytes.
    /// - Throws: `notPermitted` when it is not a memory file or not fully sealed (its sender could still change
    ///   it); `tooBig` above 4096 bytes or above the room given.
    package static func read(
        sealed file: borrowing Descriptor, into span: inout MutableRawSpan
    ) throws(SystemError) -> Int {
        let size = try sealedByteCount(file)
        guard size <= span.byteCount else { throw SystemError("seals", SystemError.tooBig) }
        return try file.read(into: &span, at: 0)
    }

    /// How many bytes a sealed file holds, for the room to take before `read(sealed:into:)`.
    /// - Throws: as `read(sealed:into:)`.
    package static func sealedByteCount(_ file: borrowing Descriptor) throws(SystemError) -> Int {
        let seals = csys_seals(file.raw)
        guard seals >= 0, seals & csys_all_seals == csys_all_seals else {
            throw SystemError("seals", SystemError.notPermitted)
        }
        let size = try file.statSize()
        guard size <= UInt64(secretByteCountMax) else { throw SystemError("seals", SystemError.tooBig) }
        return Int(size)
    }
}
