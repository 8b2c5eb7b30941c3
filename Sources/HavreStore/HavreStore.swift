// HavreStore
