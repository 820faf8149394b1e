"""Animals and people: smooth bodies swept along their bones, in a few poses. They stand on the
origin and look to -z."""
