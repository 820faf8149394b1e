"""Watch a world grow in the browser while it is dreamed and trained.

python examples/06_watch_it_grow.py "a forest clearing with ferns" outputs/clearing
"""

import sys
from dataclasses import replace
from pathlib import Path

import lucid3d
from lucid3d.pipeline import run
from lucid3d.viewer.live import LiveView


def main(prompt: str, folder: str, preset: str = "fast", port: int = 8080) -> None:
    """Open the page, then dream; the page shows every view as it comes, and at last the finished scene."""
    config = replace(lucid3d.load_config(lucid3d.find_config(preset)), prompt=(prompt,))
    view = LiveView(Path(folder).parent)
    print(view.start(int(port)))
    run(config, Path(folder), on_event=view.on_event)
    view.finish(folder)
    view.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
