// HavreEvidence
