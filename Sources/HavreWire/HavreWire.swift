// HavreWire
