import Testing

@testable import HavreForms
