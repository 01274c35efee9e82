"""Deeds: the sweep, the last look at a digest, reopening, releasing what waits."""
