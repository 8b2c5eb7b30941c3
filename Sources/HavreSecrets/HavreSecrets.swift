// HavreSecrets
