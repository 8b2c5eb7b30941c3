import HavreCodec
import Testing

@testable import HavreWire

@Suite struct InterfaceTests {
    private func vault() throws -> Interface {
        try Interface(parsing: #require(Protocol.text(of: Protocol.vault)))
    }

    @Test("The served texts are interfaces of their names") func servedTexts() throws {
        for name in Protocol.interfaces {
            let interface = try Interface(parsing: #require(Protocol.text(of: name)))
            #expect(interface.name == name)
        }
        #expect(Protocol.text(of: "org.example") == nil)
        let service = try Interface(parsing: #require(Protocol.text(of: Protocol.service)))
        #expect(service.methods.keys.sorted() == ["GetInfo", "GetInterfaceDescription"])
        #expect(service.errors.count == 6)
    }

    @Test("The errors of the text are those of the contract") func errorsText() throws {
        #expect(try vault().errors.keys.sorted() == Fault.allCases.map(\.rawValue).sorted())
    }

    @Test("Every named type is there and fields are in camel case") func everyNamed() throws {
        let interface = try vault()
        func walk(_ type: WireType) {
            switch type {
            case .named(let name): #expect(interface.types[name] != nil, "\(name)")
            case .structure(let structure): walk(structure)
            case .list(let inner), .map(let inner), .optional(let inner): walk(inner)
            default: break
            }
        }
        func walk(_ structure: WireStructure) {
            for member in structure.members {
                #expect(
                    member.name.first?.isLowercase == true && !member.name.contains("_"), "\(member.name)")
                walk(member.type)
            }
        }
        interface.types.values.forEach(walk)
        interface.errors.values.forEach(walk)
        for method in interface.methods.values {
            walk(method.parameters)
            walk(method.reply)
        }
    }

    @Test("Whoever may remember a checkpoint gets one") func rememberCheckpoint() throws {
        for (name, method) in try vault().methods {
            let asks = method.parameters.members.contains { $0.name == "seen" }
            let answers = method.reply.members.contains { $0.name == "consistency" }
            #expect(asks == answers, "\(name)")
            if answers { #expect(method.reply.members.contains { $0.name == "checkpoint" }, "\(name)") }
        }
    }

    @Test("Calls are checked against the text") func callsChecked() throws {
        let interface = try vault()
        let grant = try #require(interface.methods["Grant"]).parameters
        let good: JSON = [
            "session": "s", "case": "c", "name": "n", "compartments": ["legal"], "rights": ["read"],
            "purpose": "appeal",
        ]
        try interface.check(good, against: grant)
        for (key, value) in [
            ("session", 1), ("compartments", "legal"), ("compartments", [1]), ("until", 3), ("extra", 1),
            ("purpose", nil),
        ] as [(String, JSON)] {
            var members = try #require(good.object)
            members[key] = value
            #expect(throws: CodecError.self, "\(key)") {
                try interface.check(.object(members), against: grant)
            }
        }
        for key in try #require(good.object).keys {
            var members = try #require(good.object)
            members[key] = nil
            #expect(throws: CodecError.self) { try interface.check(.object(members), against: grant) }
        }
    }

    @Test("The language is read as it is defined") func languageRead() throws {
        let interface = try Interface(
            parsing: """
                # A comment
                interface org.example.x-1 # another
                type E (one, two)
                type One (single)
                type T (a: int, b: ?[]string, c: [string]E, d: (x: bool, y: float), e: object)
                method M(t: ?T)->(r: []T)
                error Bad (why: string)
                error Empty ()
                """)
        #expect(interface.name == "org.example.x-1")
        #expect(interface.types["E"] == .choice(["one", "two"]))
        #expect(interface.types["One"] == .choice(["single"]))
        guard case .structure(let t) = interface.types["T"] else {
            Issue.record("T is a structure")
            return
        }
        #expect(
            t.members.map(\.type) == [
                .int, .optional(.list(.string)), .map(.named("E")),
                .structure(WireStructure(members: [("x", .bool), ("y", .float)])), .object,
            ])
        #expect(interface.errors["Empty"]?.members.isEmpty == true)
    }

    @Test("What is not the language is refused") func languageRefused() {
        for source in [
            "", "interface", "interface x", "interface org.x type", "interface org.x type t (a: int)",
            "interface org.x type T (a int)", "interface org.x type T (a: int,)",
            "interface org.x type T (a: )",
            "interface org.x type T (a: ??int)", "interface org.x type T (a: [int]int)",
            "interface org.x type T (a: int, a: int)", "interface org.x type T (_a: int)",
            "interface org.x type T (a__b: int)", "interface org.x type T ()) ", "interface org.x method M()",
            "interface org.x method M() -> ", "interface org.x method M() () ", "interface .x",
            "interface a..b",
            "interface org.x type T (a: int) type T (b: int)", "interface org.x thing T (a: int)",
            "interface org.x type T (a: " + String(repeating: "[]", count: 100) + "int)",
        ] {
            #expect(throws: CodecError.self, "\(source.prefix(60))") { _ = try Interface(parsing: source) }
        }
    }
}

@Suite struct ServiceInterfaceTests {
    private let service = ServiceInterface(version: "1.2.3")

    @Test("A stock client learns who serves and what") func stockClient() throws {
        let info = service.answer(Call("org.varlink.service.GetInfo"))
        let interface = try Interface(parsing: #require(Protocol.text(of: Protocol.service)))
        try interface.check(info.parameters, against: #require(interface.methods["GetInfo"]).reply)
        #expect(info.parameters["version"] == "1.2.3")
        #expect(info.parameters["interfaces"] == ["org.havre.Vault", "org.varlink.service"])
        for name in Protocol.interfaces {
            let reply = service.answer(
                Call("org.varlink.service.GetInterfaceDescription", ["interface": .string(name)]))
            #expect(reply.parameters["description"]?.string == Protocol.text(of: name))
        }
    }

    @Test("Wrong calls get the named errors of the service") func wrongCalls() {
        let table: [(Call, String)] = [
            (Call("org.varlink.service.GetInfo", ["x": 1]), "InvalidParameter"),
            (Call("org.varlink.service.GetInterfaceDescription"), "InvalidParameter"),
            (Call("org.varlink.service.GetInterfaceDescription", ["interface": 1]), "InvalidParameter"),
            (Call("org.varlink.service.GetInterfaceDescription", ["interface": "x.y"]), "InterfaceNotFound"),
            (Call("org.varlink.service.Other"), "MethodNotFound"),
        ]
        for (call, error) in table { #expect(service.answer(call).error == "org.varlink.service." + error) }
    }
}
