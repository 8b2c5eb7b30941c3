// HavreLedger
