import Testing

@testable import HavreStore
