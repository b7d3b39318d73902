"""One file per transition, each with one value: `TRANSITION`."""
