import HavreCommands

Program.main()
