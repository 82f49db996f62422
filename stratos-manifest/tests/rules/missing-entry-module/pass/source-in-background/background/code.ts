// Builds it.
