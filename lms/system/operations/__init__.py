"""Deeds: job runs and heartbeats; the organisation, its calendar and its units."""
