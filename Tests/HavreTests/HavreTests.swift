import Testing

@testable import Havre
