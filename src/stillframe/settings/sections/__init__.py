"""One file per group of settings: the struct that holds them, and their declarations."""
