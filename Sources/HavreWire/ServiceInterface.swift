import HavreCodec

/// `org.varlink.service`: who serves, and the text of what is served.
package struct ServiceInterface: Sendable {
    private let info: JSON

    /// - Parameter version: Of the program that serves.
    package init(version: String) {
        info = [
            "vendor": "Havre", "product": "havred", "version": .string(version),
            "url": "urn:havre:vault",
            "interfaces": .array(Protocol.interfaces.map { .string($0) }),
        ]
    }

    /// The answer to a call of this interface.
    package func answer(_ call: Call) -> Reply {
        do throws(CodecError) {
            var fields = try Fields(call.parameters)
            switch call.parts?.name {
            case "GetInfo":
                try fields.finish()
                return Reply(info)
            case "GetInterfaceDescription":
                let interface = try fields.string("interface", max: 256)
                try fields.finish()
                guard let text = Protocol.text(of: interface) else {
                    return Self.interfaceNotFound(interface)
                }
                return Reply(["description": .string(text)])
            default:
                return Self.methodNotFound(call)
            }
        } catch {
            return Self.error("InvalidParameter", "parameter", error.field)
        }
    }

    /// The answer to a call of an interface that nobody serves.
    package static func interfaceNotFound(_ interface: String) -> Reply {
        error("InterfaceNotFound", "interface", interface)
    }

    /// The answer to a call of a method that the interface has not.
    package static func methodNotFound(_ call: Call) -> Reply {
        error("MethodNotFound", "method", call.method)
    }

    /// The answer to a call of a method that this service does not do.
    package static func methodNotImplemented(_ call: Call) -> Reply {
        error("MethodNotImplemented", "method", call.method)
    }

    /// The answer to a call without "more" of a method that has several answers.
    package static let expectedMore = Reply(error: Protocol.service + ".ExpectedMore")

    private static func error(_ name: String, _ parameter: String, _ value: String) -> Reply {
        Reply(error: Protocol.service + "." + name, [parameter: .string(value)])
    }
}
