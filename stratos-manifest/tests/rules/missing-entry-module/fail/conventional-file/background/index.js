// The module.
