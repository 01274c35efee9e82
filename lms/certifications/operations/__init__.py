"""Deeds on duties and proofs; each runs in the caller's transaction and leaves an audit entry."""
