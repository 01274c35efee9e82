"""The lists that people bring as files: staff, evidence, absences; checked, shown, then saved."""
