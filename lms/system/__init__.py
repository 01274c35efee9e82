"""Job runs and heartbeat, health, system page, preparation, demonstration organisation."""
