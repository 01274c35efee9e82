"""Reads: stored rows as the values of the rules, standings, duties, requirements, certificates."""
