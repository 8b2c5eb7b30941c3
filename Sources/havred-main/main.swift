import HavreDaemon

VaultDaemon.main()
