"""Reads: people and courses with figures and pages, one person's record, master data."""
