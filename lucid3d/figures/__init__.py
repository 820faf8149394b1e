"""Figures: rigged, animated meshes (glTF skins and clips) that walk along a way through a scene."""
