"""Load a scene and walk in it, from a program of your own.

python examples/02_view.py outputs/lake
"""

import sys
import time
from pathlib import Path

from lucid3d.access import Access
from lucid3d.viewer.app import Viewer


def main(folder: str, port: int = 8080, seconds: float = float("inf")) -> str:
    """Serve the page for some time; returns its address."""
    path = Path(folder).resolve()
    viewer = Viewer(path.parent, path.name, access=Access.to("127.0.0.1", int(port)))
    address = viewer.start()
    print(address)
    end = time.monotonic() + float(seconds)
    try:
        while time.monotonic() < end:
            time.sleep(0.1)
    finally:
        viewer.stop()
    return address


if __name__ == "__main__":
    main(*sys.argv[1:])
