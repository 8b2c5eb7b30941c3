// HavreFormats
