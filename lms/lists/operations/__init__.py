"""Checking a list, saving it part by part, taking it back."""
