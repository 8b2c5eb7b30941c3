// HavreSystem
