"""Lernstand: who must hold which digital competence, and who holds it until when."""
