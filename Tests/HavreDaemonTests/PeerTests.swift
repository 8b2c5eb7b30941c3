import Foundation
import HavreSystem
import Testing

/// Serves stock clients while `Tests/Peers/wire.py` runs them; without it there is nothing to do.
@Suite struct PeerTests {
    @Test("Stock clients are served until they say stop") func stockClients() throws {
        guard let folder = ProcessInfo.processInfo.environment["HAVRE_PEER_FOLDER"] else { return }
        let server = try TinyServer()
        try Files.write([UInt8](server.path.utf8), to: folder + "/socket")
        let until = Clock.milliseconds() + 280_000
        while Clock.milliseconds() < until, try !Files.exists(folder + "/stop") {
            Clock.sleep(milliseconds: 50)
        }
        #expect(try Files.exists(folder + "/stop"))
    }
}
