"""What the officer sees of people: the overview of people and courses, one person's record."""
