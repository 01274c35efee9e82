"""What is known about somebody: shown to them, given to them, and who looked at it (trust.md 5).
What counts as somebody's is not written down a second time here: `register` finds it by the marks
of the columns (`lms/kernel/personal.py`) and the foreign keys.
"""
