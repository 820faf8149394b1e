"""What there is: places and things, and what they are called."""
