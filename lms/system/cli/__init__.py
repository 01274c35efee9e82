"""The installation's own commands: making it ready, and keeping it safe."""
