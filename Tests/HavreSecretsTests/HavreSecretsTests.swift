import Testing

@testable import HavreSecrets
