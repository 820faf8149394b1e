"""Things people make and leave about: piers, boats, fences, lamps, benches, tents, bridges."""
