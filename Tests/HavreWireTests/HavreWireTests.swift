import Testing

@testable import HavreWire
