"""Reads: what runs and what stands still; the organisation as its pages show it."""
