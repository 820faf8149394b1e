"""Reading a picture or a panorama without weights, and continuing it into a world."""
