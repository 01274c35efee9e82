"""Reads of what lists name, and of imports."""
