"""Published, immutable course documents and the media they show."""
