"""The mail worker: checks a message once more, renders it and sends it."""
