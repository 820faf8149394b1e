"""A page to walk in: viser's, behind a door, with a gallery, a workshop, and a panel for every browser.

`app.Viewer` serves scenes, `live.LiveView` shows a running job, `command.serve` is the command line of viewer.py.
"""
