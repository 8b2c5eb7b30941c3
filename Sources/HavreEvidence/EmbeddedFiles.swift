import CData
import HavreCodec

/// The files of the bundle's page and letters that ship inside the program.
enum EmbeddedFiles {
    /// The bytes of a file under `CData/files/evidence`, named with its ending.
    /// - Throws: `CodecError` naming the file when there is none.
    static func bytes(_ name: String) throws(CodecError) -> [UInt8] {
        var count = 0
        guard
            let file = unsafe UnsafeBufferPointer(start: cdata_evidence(&count), count: count)
                .first(where: { unsafe String(cString: $0.name) == name })
        else { throw .invalid(field: name, rule: "an embedded file") }
        return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    /// The texts of a catalogue.
    static func texts(_ name: String) -> [String: String] {
        do throws(CodecError) {
            return (try JSON(parsing: bytes(name)).object ?? [:]).compactMapValues(\.string)
        } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("\(name): \(error.field): \(error.rule)")
        }
    }
}
