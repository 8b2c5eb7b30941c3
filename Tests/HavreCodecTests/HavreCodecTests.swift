import Testing

@testable import HavreCodec
