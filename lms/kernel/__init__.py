"""What all code shares: base, transaction, clock, domain errors, viewer, files, text."""
