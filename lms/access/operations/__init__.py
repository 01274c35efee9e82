"""Deeds of getting in: signing in and out, passwords, links, the throttle, the set-up address."""
