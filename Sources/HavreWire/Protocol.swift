import CData

/// The interfaces that are served, as the texts that ship.
package enum Protocol {
    /// The vault's own.
    package static let vault = "org.havre.Vault"
    /// The one that every Varlink service has.
    package static let service = "org.varlink.service"

    /// Names of all interfaces, sorted.
    package static let interfaces = [vault, service]

    /// The text of an interface, byte by byte as it is written; nil when there is none of that name.
    package static func text(of interface: String) -> String? {
        var count = 0
        let files = unsafe UnsafeBufferPointer(start: cdata_protocol(&count), count: count)
        let wanted = interface + ".varlink"
        guard let file = unsafe files.first(where: { unsafe String(cString: $0.name) == wanted }) else {
            return nil
        }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: file.bytes, count: file.count), as: UTF8.self)
    }
}
