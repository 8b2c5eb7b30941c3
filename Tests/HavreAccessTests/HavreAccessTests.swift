import Testing

@testable import HavreAccess
