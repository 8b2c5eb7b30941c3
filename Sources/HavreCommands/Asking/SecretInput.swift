import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// How a secret comes in: from an inherited descriptor that an option names, or typed at the terminal. Never from
/// the command line, the environment or standard input by accident.
struct SecretInput {
    let desk: Desk

    private static let lineByteCountMax = 1024
    private static let fileByteCountMax = 64 * 1024
    /// The fewest characters of a new passphrase that is typed. Six words of ours have at least 29.
    static let characterCountMin = 14

    /// A passphrase or code: one line without its newline, or typed without echo.
    /// - Parameter prompt: Key of the question.
    func line(_ option: String, _ number: Int32?, prompt: String) throws(Failure) -> SecretBytes {
        if let number { return try line(from: number, option) }
        return try ask(person(option), prompt)
    }

    /// A new passphrase: from a descriptor as it is; typed twice and judged at the terminal.
    func fresh(_ option: String, _ number: Int32?, prompt: String) throws(Failure) -> SecretBytes {
        if let number { return try line(from: number, option) }
        let person = try person(option)
        let words = SixWords.generatedPassphrase(words: 6, in: desk.language, random: Random.below)
        person.show(
            desk.texts.say("ask.newPassphrase", ["n": String(Self.characterCountMin), "words": words]) + "\n")
        while true {
            let first = try ask(person, prompt)
            guard Self.isLongEnough(first) else {
                person.show(desk.texts.say("ask.tooShort", ["n": String(Self.characterCountMin)]) + "\n")
                continue
            }
            let second = try ask(person, "ask.again")
            if SecretBytes.equal(first, second) { return first }
            person.show(desk.texts.say("ask.different") + "\n")
        }
    }

    /// A key file, from a descriptor: what takes part is the hash of its contents.
    func keyFile(_ option: String, _ number: Int32?) throws(Failure) -> Key<Role.KeyFile>? {
        guard let number else { return nil }
        return Passphrase.keyFile(try file(option, number))
    }

    /// A secret file, to its end, from a descriptor.
    func file(_ option: String, _ number: Int32) throws(Failure) -> SecretBytes {
        try reading(number, option, byteCountMax: Self.fileByteCountMax) {
            (descriptor, span) throws(SystemError) in try descriptor.readToEnd(into: &span)
        }
    }

    /// Refuses a command before anything is done when a secret is neither given nor can be asked for.
    func require(_ secrets: [(option: String, number: Int32?)]) throws(Failure) {
        for (option, number) in secrets where number == nil { _ = try person(option) }
    }

    /// A secret as it travels: beside the message, sealed, never in it.
    static func sealed(_ secret: borrowing SecretBytes) throws(Failure) -> SharedDescriptor {
        do throws(SystemError) {
            return try secret.withBytes { span throws(SystemError) in
                SharedDescriptor(try MemoryFile(sealing: span).take())
            }
        } catch {
            throw Screen.failure(error)
        }
    }

    private func person(_ option: String) throws(Failure) -> any Person {
        // A secret may be typed although standard input is a pipe: the terminal itself is asked.
        guard let person = desk.world.person() else {
            throw .usage("usage.noTerminal", ["option": option])
        }
        return person
    }

    private func ask(_ person: any Person, _ prompt: String) throws(Failure) -> SecretBytes {
        do throws(SystemError) { return try person.secret(desk.texts.say(prompt) + " ") } catch {
            throw error.code == SystemError.tooBig
                ? .usage("usage.secretTooLong", ["n": String(Self.lineByteCountMax)])
                : Failure(.usage, "usage.cancelled", next: "next.again")
        }
    }

    private func line(from number: Int32, _ option: String) throws(Failure) -> SecretBytes {
        let secret = try reading(number, option, byteCountMax: Self.lineByteCountMax) {
            (descriptor, span) throws(SystemError) in try descriptor.readLine(into: &span) ?? 0
        }
        let count = secret.count - (Self.endsInReturn(secret) ? 1 : 0)
        guard count > 0 else { throw .usage("usage.emptySecret", ["option": option]) }
        return secret.prefix(count)
    }

    private func reading(
        _ number: Int32, _ option: String, byteCountMax: Int,
        _ read: (borrowing Descriptor, inout MutableRawSpan) throws(SystemError) -> Int
    ) throws(Failure) -> SecretBytes {
        var room = SecretBytes(zeroed: byteCountMax)
        let count: Int
        do throws(SystemError) {
            count = try room.withMutableBytes { span throws(SystemError) in
                // Not closed here: a second secret may follow on the same descriptor.
                try Lent.use(number) { descriptor throws(SystemError) in try read(descriptor, &span) }
            }
        } catch {
            throw .usage(
                error.code == SystemError.tooBig ? "usage.longDescriptor" : "usage.badDescriptor",
                ["option": option, "n": String(byteCountMax)])
        }
        return room.prefix(count)
    }

    /// Whether it is a line of a file from Windows, which ends in CR LF: no secret of ours holds control characters.
    private static func endsInReturn(_ secret: borrowing SecretBytes) -> Bool {
        let count = secret.count
        guard count > 0 else { return false }
        return secret.withBytes { span in
            unsafe span.unsafeLoad(fromByteOffset: count - 1, as: UInt8.self) == 0x0D
        }
    }

    /// Counts characters without making a text of the secret: bytes that begin one in UTF-8.
    private static func isLongEnough(_ secret: borrowing SecretBytes) -> Bool {
        let count = secret.count
        return secret.withBytes { span in
            var characters = 0
            for place in 0..<count {
                let byte = unsafe span.unsafeLoad(fromByteOffset: place, as: UInt8.self)
                if byte & 0xC0 != 0x80 { characters += 1 }
            }
            return characters >= characterCountMin
        }
    }
}
