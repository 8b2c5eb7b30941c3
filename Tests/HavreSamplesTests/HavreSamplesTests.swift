import Testing

@testable import HavreSamples
