"""Procedural worlds: a sentence and a seed in, a place out, drawn from any camera with exact depth (see `build`)."""
