"""Reads: rounds as the plan sees them, digests to be rendered, previews, what waits for release."""
