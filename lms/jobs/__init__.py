"""The scheduler process and its list of jobs."""
