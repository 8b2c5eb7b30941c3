import HavreCodec

extension CaseLink.Sealing {
    var json: JSON {
        ["generation": .int(Int64(generation)), "commitment": .string(commitment.hex)]
    }

    init(_ json: JSON, at field: String) throws(CodecError) {
        var fields = try Fields(json, at: field)
        generation = UInt64(try fields.int("generation", in: 0...Int64(1 << 32)))
        commitment = try fields.digest("commitment")
        try fields.finish()
    }
}
