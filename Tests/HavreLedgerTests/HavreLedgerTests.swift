import Testing

@testable import HavreLedger
