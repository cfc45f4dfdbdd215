"""Benchmarks: the figures of the design, measured on this machine, side by side with the method."""
