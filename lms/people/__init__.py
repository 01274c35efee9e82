"""Persons, units, roles, supervisors, absences: who is there; the organisation and its calendar."""
