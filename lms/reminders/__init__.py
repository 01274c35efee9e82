"""The plan of reminders, the sweep that turns it into mail, its preview; requirements' pages."""
