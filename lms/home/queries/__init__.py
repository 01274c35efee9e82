"""Reads for the start page: one's own stand, what was done last, and each role's desk."""
