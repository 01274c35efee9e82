"""Reads of sessions: the list, one session with its people, places that are taken."""
