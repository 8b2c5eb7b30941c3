import HavreSystem
import HavreWire

/// Which socket is meant: `--socket`, `HAVRE_SOCKET`, the office's, one's own.
enum SocketSearch {
    private static let office = "/run/havre/havred.sock"

    /// - Throws: `Unreachable` when none is named and none is there.
    static func path(_ globals: Globals, _ world: World) throws(Failure) -> String {
        if let named = globals.socket { return named }
        if let named = world.environment("HAVRE_SOCKET"), !named.isEmpty { return named }
        var places = [office]
        if let folder = world.environment("XDG_RUNTIME_DIR"), !folder.isEmpty {
            places.append(folder + "/havre/havred.sock")
        }
        var closed: String?
        for place in places {
            do throws(SystemError) {
                if try Files.exists(place) { return place }
            } catch {
                if error.code == SystemError.accessDenied { closed = closed ?? place }
            }
        }
        // The staff's folder is there, and this account is not of the staff's group, or not yet.
        if let closed {
            throw Failure(.unreachable, "fail.socketClosed", ["socket": closed], next: "next.group")
        }
        throw Failure(.unreachable, "fail.noSocket", ["places": places.joined(separator: ", ")])
    }
}
