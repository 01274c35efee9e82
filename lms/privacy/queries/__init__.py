"""Reads: what is stored about somebody, and who looked."""
