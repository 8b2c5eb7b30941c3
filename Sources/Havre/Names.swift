import HavreAccess

// Two rooms have a word of their own for these; in this one they mean what `HavreAccess` means.
typealias Directory = HavreAccess.Directory
typealias Compartment = HavreAccess.Compartment
