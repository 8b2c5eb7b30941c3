// Havre
