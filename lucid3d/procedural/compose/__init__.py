"""From a brief to a place: where everything stands."""
