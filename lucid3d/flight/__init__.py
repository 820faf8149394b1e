"""Flights: a film over a landscape that goes on, and the scenes that it was drawn from.

plan.py      what `cameras/flight.yaml` and the command line say
course.py    where one is after so many metres: above the ground that lies ahead
stretch.py   the scene of one stretch: dreamed from stations along it, trained, let go when it has been flown over
progress.py  what of an interrupted flight is there already
pipeline.py  stretch after stretch into one film, and into files that together are the land
"""
