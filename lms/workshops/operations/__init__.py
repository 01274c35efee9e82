"""Deeds on sessions: planning and calling off, places, attendance and closing, reminding."""
