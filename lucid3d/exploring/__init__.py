"""Where a person can go, and from where the rest of a place has to be seen."""
