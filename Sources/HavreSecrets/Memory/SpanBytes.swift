extension RawSpan {
    /// One byte; the offset is checked against the span's bounds.
    package func byte(at offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < byteCount, "offset outside the span")
        return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
