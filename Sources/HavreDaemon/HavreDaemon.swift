// HavreDaemon
