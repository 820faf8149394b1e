"""Rooms: shells with windows, furniture made of parts, lamps that light."""
