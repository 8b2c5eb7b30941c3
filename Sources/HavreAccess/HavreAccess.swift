// HavreAccess
