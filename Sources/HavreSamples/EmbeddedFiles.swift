import CData
import HavreCodec

/// The files of the sample people that ship inside the program.
enum EmbeddedFiles {
    /// The bytes of a file under `CData/files/samples`, named with its ending.
    /// - Throws: `CodecError` naming the file when there is none.
    static func bytes(_ name: String) throws(CodecError) -> [UInt8] {
        var count = 0
        guard
            let file = unsafe UnsafeBufferPointer(start: cdata_samples(&count), count: count)
                .first(where: { unsafe String(cString: $0.name) == name })
        else { throw .invalid(field: name, rule: "an embedded file") }
        return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    /// The file as strict JSON, at most 1 MiB.
    /// - Throws: `CodecError` naming the file and the rule it broke.
    static func json(_ name: String) throws(CodecError) -> JSON {
        do throws(CodecError) { return try JSON(parsing: bytes(name)) } catch {
            throw .invalid(field: name, rule: error.rule)
        }
    }
}
