import CSystem

// Reading and writing whole amounts: short counts and interrupted calls end here.
extension Descriptor {
    /// Reads what is there, at most `span.byteCount` bytes; 0 at the end.
    package borrowing func read(into span: inout MutableRawSpan) throws(SystemError) -> Int {
        let number = raw
        return try retrying("read") {
            unsafe span.withUnsafeMutableBytes { room in
                guard let start = room.baseAddress else { return 0 }
                return unsafe csys_read(number, start, room.count)
            }
        }
    }

    /// Reads what is there, at most `byteCountMax` bytes; empty at the end.
    package borrowing func read(byteCountMax: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCountMax)
        var whole = bytes.mutableSpan
        var span = unsafe whole.mutableBytes
        let count = try read(into: &span)
        bytes.removeLast(byteCountMax - count)
        return bytes
    }

    /// Reads to the end.
    /// - Throws: `tooBig` when there are more than `byteCountMax` bytes.
    package borrowing func readToEnd(byteCountMax: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let part = try read(byteCountMax: min(64 * 1024, byteCountMax + 1 - bytes.count))
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= byteCountMax else { throw SystemError("read", SystemError.tooBig) }
        }
    }

    /// Fills the whole span from `offset`.
    /// - Returns: Bytes read, fewer than asked only at the end of the file.
    package borrowing func read(
        into span: inout MutableRawSpan, at offset: UInt64
    ) throws(SystemError) -> Int {
        let number = raw
        var done = 0
        while done < span.byteCount {
            let from = done
            let count = try retrying("pread") {
                unsafe span.withUnsafeMutableBytes { room in
                    unsafe csys_pread(
                        number, room.baseAddress! + from, room.count - from, offset + UInt64(from))
                }
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Exactly `count` bytes from `offset`.
    /// - Throws: `inputOutput` when the file ends before.
    package borrowing func read(count: Int, at offset: UInt64) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        try fill(&bytes, count: count, at: offset)
        return bytes
    }

    /// The same in the place of what `bytes` held, whose memory is used again when it has this size.
    /// - Throws: `inputOutput` when the file ends before; what `bytes` holds then means nothing.
    package borrowing func fill(_ bytes: inout [UInt8], count: Int, at offset: UInt64) throws(SystemError) {
        if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
        var whole = bytes.mutableSpan
        var span = unsafe whole.mutableBytes
        guard try read(into: &span, at: offset) == count else {
            throw SystemError("pread", SystemError.inputOutput)
        }
    }

    /// Writes every byte.
    package borrowing func write(_ span: RawSpan) throws(SystemError) {
        let number = raw
        var done = 0
        while done < span.byteCount {
            let from = done
            done += try retrying("write") {
                unsafe span.withUnsafeBytes { room in
                    unsafe csys_write(number, room.baseAddress! + from, room.count - from)
                }
            }
        }
    }

    /// Writes every byte.
    package borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
        try write(unsafe bytes.span.bytes)
    }

    /// Writes every byte at `offset`.
    package borrowing func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
        let number = raw
        var done = 0
        while done < bytes.count {
            let from = done
            done += try retrying("pwrite") {
                unsafe bytes.withUnsafeBytes { room in
                    unsafe csys_pwrite(
                        number, room.baseAddress! + from, room.count - from, offset + UInt64(from))
                }
            }
        }
    }

    /// Reads one line byte by byte straight into the caller's memory: no buffer in between ever holds it, and
    /// nothing after the newline is taken. This is how a passphrase leaves a pipe.
    /// - Returns: Bytes of the line, without its newline; nil when there was nothing at all.
    /// - Throws: `tooBig` when the line does not fit; the rest of it is read away and dropped.
    package borrowing func readLine(into span: inout MutableRawSpan) throws(SystemError) -> Int? {
        let number = raw
        var count = 0
        var tooLong = false
        var any = false
        var byte: UInt8 = 0
        defer { unsafe withUnsafeMutableBytes(of: &byte) { unsafe csys_wipe($0.baseAddress!, 1) } }
        while true {
            let got = unsafe csys_read(number, &byte, 1)
            guard got >= 0 else { throw SystemError("read", Int32(-got)) }
            if got == 0 { break }
            any = true
            if byte == UInt8(ascii: "\n") { break }
            if count < span.byteCount {
                span.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
                count += 1
            } else {
                tooLong = true
            }
        }
        guard !tooLong else { throw SystemError("read", SystemError.tooBig) }
        return any ? count : nil
    }

    /// Reads to the end straight into the caller's memory.
    /// - Returns: Bytes read.
    /// - Throws: `tooBig` when there is more than fits.
    package borrowing func readToEnd(into span: inout MutableRawSpan) throws(SystemError) -> Int {
        let number = raw
        var count = 0
        while true {
            let from = count
            let got: Int
            if from < span.byteCount {
                got = try retrying("read") {
                    unsafe span.withUnsafeMutableBytes { room in
                        unsafe csys_read(number, room.baseAddress! + from, room.count - from)
                    }
                }
            } else {
                var extra: UInt8 = 0
                got = try retrying("read") { unsafe csys_read(number, &extra, 1) }
                unsafe withUnsafeMutableBytes(of: &extra) { unsafe csys_wipe($0.baseAddress!, 1) }
                guard got == 0 else { throw SystemError("read", SystemError.tooBig) }
            }
            if got == 0 { return count }
            count += got
        }
    }
}

/// Overwrites memory that held a secret in a way that the compiler keeps.
package enum Wipe {
    /// Overwrites every byte of the array's storage, then empties it keeping its room.
    package static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { room in
            guard let start = room.baseAddress else { return }
            unsafe csys_wipe(start, room.count)
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Overwrites the 64 KiB of stack below the caller: what the calls before left there.
    package static func stackBelow() { csys_wipe_stack() }
}
