// HavreSamples
