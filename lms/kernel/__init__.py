"""What all code shares: declarative base, transaction, clock, domain errors, viewer, files, text."""
