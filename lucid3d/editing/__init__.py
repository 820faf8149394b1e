"""Finished scenes are changed: things are set into them, moved and taken out again; the rest stays, bit for bit.

`insertion` does one insertion, from words or a file to lit Gaussians; `book` keeps what was done to a folder, so that
it can be undone.
"""
