"""Walk around in a scene: python viewer.py outputs/<scene>."""

from lucid3d.cli import view_main

if __name__ == "__main__":
    view_main()
