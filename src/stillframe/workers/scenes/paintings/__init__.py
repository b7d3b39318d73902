"""The paintings, one module for each pair or so of a kind."""
