import Testing

@testable import HavreSystem
