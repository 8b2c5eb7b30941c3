import Testing

@testable import HavreCommands
