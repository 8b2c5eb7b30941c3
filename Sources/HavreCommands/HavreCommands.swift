// HavreCommands
