"""One file per table: `bake(request, draws)`, the same bytes on any machine."""
