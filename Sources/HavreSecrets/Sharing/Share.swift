package import HavreCodec

/// What a dealing is of; every share carries it, so that no share is used for anything else.
package struct DealingName: Hashable, Sendable {
    /// The case.
    package let caseID: Identifier
    /// The compartment of the case.
    package let compartment: String
    /// The generation of the compartment's secret.
    package let generation: UInt64
    /// The dealing: random, a new one each time.
    package let dealing: Identifier

    /// Names a dealing; the compartment has 1 to 64 bytes.
    package init(caseID: Identifier, compartment: String, generation: UInt64, dealing: Identifier) {
        self.caseID = caseID
        self.compartment = compartment
        self.generation = generation
        self.dealing = dealing
    }
}

/// One person's share of a dealing: the value of the polynomial at her x.
package final class Share: Sendable {
    /// What it is a share of.
    package let name: DealingName
    /// Whose it is: 1...255.
    package let x: UInt8
    let value: Scalar

    init(name: DealingName, x: UInt8, value: Scalar) {
        self.name = name
        self.x = x
        self.value = value
    }

    private static let compartmentByteCountMax = 64
    // case 16, dealing 16, generation 8, x 1
    private static let headByteCount = 41

    /// case (16) || dealing (16) || generation (u64 LE) || x (u8) || value (32) || compartment (UTF-8), to be boxed.
    package func encoded() -> SecretBytes {
        var writer = ByteWriter()
        writer.append(name.caseID.bytes)
        writer.append(name.dealing.bytes)
        writer.u64(name.generation)
        writer.u8(x)
        let head = writer.bytes
        let tail = Array(name.compartment.utf8)
        var out = SecretBytes(zeroed: head.count + Scalar.byteCount + tail.count)
        unsafe value.secret.withPointer { value in
            unsafe out.withMutablePointer { out in
                unsafe out.update(from: head, count: head.count)
                unsafe (out + head.count).update(from: value, count: Scalar.byteCount)
                unsafe (out + head.count + Scalar.byteCount).update(from: tail, count: tail.count)
            }
        }
        return out
    }

    /// Takes what `encoded()` made. It proves nothing yet: `Dealing.check` does.
    ///
    /// - Throws: `wrongLength`, `outOfRange`, or `badPoint` for a value that is not canonical.
    package init(decoding bytes: borrowing SecretBytes) throws(SecretError) {
        let tailStart = Self.headByteCount + Scalar.byteCount
        guard (tailStart + 1...tailStart + Self.compartmentByteCountMax).contains(bytes.count) else {
            throw .wrongLength
        }
        value = try Scalar(bytes.slice(Self.headByteCount..<tailStart))
        let head = bytes.slice(0..<Self.headByteCount).withBytes { $0.copied() }
        let tail = bytes.slice(tailStart..<bytes.count).withBytes { $0.copied() }
        do {
            var reader = ByteReader(head, field: "share")
            let caseID = try reader.identifier()
            let dealing = try reader.identifier()
            let generation = try reader.u64()
            x = try reader.u8()
            guard x > 0, let compartment = String(validating: tail, as: UTF8.self) else {
                throw SecretError.outOfRange(rule: "a share has an x of 1 to 255 and names a compartment")
            }
            name = DealingName(
                caseID: caseID, compartment: compartment, generation: generation, dealing: dealing)
        } catch {
            throw .outOfRange(rule: "a share is case, dealing, generation, x, value, compartment")
        }
    }
}
