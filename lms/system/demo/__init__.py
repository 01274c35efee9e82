"""The demonstration organisation: invented people with a history, made by calling operations."""
