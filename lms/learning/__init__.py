"""Catalogue, course page and player: enrolment, progress, quiz attempts, practice, completion."""
