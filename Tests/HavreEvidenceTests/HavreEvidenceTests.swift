import Testing

@testable import HavreEvidence
