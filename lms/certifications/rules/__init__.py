"""Policies, dates of evidence, cycles and what moves them, status: the pure rules of duties."""
