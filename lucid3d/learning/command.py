"""`lucid3d learn data | train | export`: makes the network that reads pictures."""

from __future__ import annotations

from collections.abc import Sequence

import tyro

from lucid3d.errors import InputError
from lucid3d.learning.data import DataConfig, make_data
from lucid3d.learning.export import ExportConfig, export_run
from lucid3d.learning.train import TrainConfig, train

USAGE = "usage: lucid3d learn data | train | export [options]; 'lucid3d learn train --help' tells more"


def main(arguments: Sequence[str]) -> None:
    """Run one of the three.

    Raises:
        InputError: none of them was named, or one cannot use what it was given.
    """
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    prog = f"lucid3d learn {name}"

    def tell(line: str) -> None:
        print(line, flush=True)

    if name in ("-h", "--help"):
        print(USAGE)
    elif name == "data":
        made = make_data(tyro.cli(DataConfig, args=rest, prog=prog), tell)
        print(f"{made} worlds made")
    elif name == "train":
        state = train(tyro.cli(TrainConfig, args=rest, prog=prog), tell)
        print(f"{state.step} steps, {state.cpu_seconds / 3600:.2f} CPU hours")
    elif name == "export":
        for path in export_run(tyro.cli(ExportConfig, args=rest, prog=prog)):
            print(path)
    else:
        raise InputError(USAGE)
