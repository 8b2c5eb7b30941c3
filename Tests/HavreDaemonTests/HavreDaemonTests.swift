import Testing

@testable import HavreDaemon
