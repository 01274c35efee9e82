"""Sign-in: passwords, sign-ins that can be ended, throttle, the one-time set-up address."""
