"""The commands about people and where they stand."""
