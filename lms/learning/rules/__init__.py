"""Where somebody stands in a course, what a quiz came to, which round one is in: pure rules."""
