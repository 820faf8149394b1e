"""Rooms: shells with windows, furnished by rules."""
