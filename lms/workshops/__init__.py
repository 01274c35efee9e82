"""Training sessions that can be booked: dates, places, the waiting list, attendance, closing."""
