"""Measures of speed, run by hand: they need a quiet machine and several minutes."""
