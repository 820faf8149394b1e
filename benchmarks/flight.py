"""Whether memory stays flat on a flight: what the process holds after each stretch, against that after 100 m.

    python benchmarks/flight.py [--prompt "a meadow with a forest and hills"] [--length 1km] [--json FILE]

For every stretch: the resident memory when it has been filmed, and the highest while it was made and filmed (the
kernel's own mark, set back before each stretch; Linux). The last line is the ratio of the end to 100 m.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import tyro
from rich.console import Console
from rich.table import Table

from lucid3d.config import Config
from lucid3d.flight.pipeline import STRETCH, fly
from lucid3d.flight.plan import metres, read_flight
from lucid3d.progress import Event

FROM = 100.0
"""Metres after which memory is compared with that at the end."""


@dataclass
class Options:
    """What to fly over."""

    prompt: str = "a meadow with a forest and hills"
    seed: int = 7
    length: str = "1km"
    """How far."""
    output: str = ""
    """Where to leave the flight; a folder that goes when it is done."""
    width: int = 960
    """Pixels of the film; its height is nine sixteenths of that."""
    json: Path | None = None
    """Write the figures here too."""


def memory(name: str) -> float:
    """Megabytes of this process: VmRSS, or VmHWM for the highest since `set_back`."""
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


def set_back() -> None:
    """Forget the highest so far."""
    Path("/proc/self/clear_refs").write_text("5")


def main(options: Options) -> None:
    """Fly, and print the table."""
    flight = read_flight("flight", options.length)
    assert flight is not None
    config = Config(prompt=(options.prompt,), seed=options.seed)
    height = 2 * round(options.width * 9 / 32)
    config = replace(config, render=replace(config.render, film_width=options.width, film_height=height))
    rows: list[dict[str, float]] = []
    began = [time.perf_counter(), time.process_time()]

    def listen(event: Event) -> None:
        at = event.done * flight.speed / config.render.film_rate
        if event.stage != "film" or at < STRETCH * (len(rows) + 1):
            return
        now = [time.perf_counter(), time.process_time()]
        row = {"metres": at, "held": memory("VmRSS"), "highest": memory("VmHWM")}
        row |= {"seconds": now[0] - began[0], "cpu": now[1] - began[1]}
        began[:] = now
        rows.append(row)
        print({key: round(value, 1) for key, value in row.items()}, flush=True)
        if options.json:
            options.json.write_text(json.dumps({"prompt": options.prompt, "rows": rows}, indent=1))
        set_back()

    with tempfile.TemporaryDirectory() as folder:
        fly(config, flight, Path(options.output or folder), overwrite=bool(options.output), on_event=listen)
    table = Table("metres", "held MB", "highest MB", "seconds", "CPU s", title=options.prompt)
    for row in rows:
        table.add_row(*(f"{row[name]:.0f}" for name in ("metres", "held", "highest", "seconds", "cpu")))
    console = Console()
    console.print(table)
    first = next((row for row in rows if row["metres"] >= FROM), None)
    if first is not None and metres(options.length) > 2 * FROM:
        ratios = [rows[-1][name] / first[name] for name in ("held", "highest")]
        console.print(f"at the end over after {first['metres']:.0f} m: held {ratios[0]:.2f}, highest {ratios[1]:.2f}")


if __name__ == "__main__":
    main(tyro.cli(Options))
