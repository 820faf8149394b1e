"""`lucid3d doctor`: does this machine run the networks, and do they do what they should; said line by line."""
