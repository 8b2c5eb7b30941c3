// HavreForms
