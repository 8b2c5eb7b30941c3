import Testing

@testable import HavreFormats
