"""The network's weights as one .safetensors file, with what is needed to use it in its header."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from lucid3d.errors import InputError
from lucid3d.files import atomic_path
from lucid3d.learning.classes import CLASSES
from lucid3d.learning.network import HEADS, PLACE_OUTPUT, NetworkConfig, PictureNetwork
from lucid3d.learning.shipped import SHIPPED

FORMAT = "lucid3d-mini 2"


@dataclass(frozen=True)
class Description:
    """What the header of a weights file says.

    Attributes:
        network: widths and depths, and the names of the places.
        pixels: about how many pixels it was trained on; pictures are read at this size.
        classes: the names behind the numbers of its labels.
        notes: how it was made: steps, seeds, data, measurements.
    """

    network: NetworkConfig
    pixels: int
    classes: tuple[str, ...] = CLASSES
    notes: dict[str, Any] = field(default_factory=dict)


def network_config(sizes: dict[str, Any]) -> NetworkConfig:
    """Widths and depths that have been through JSON."""
    fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in sizes.items()}
    return NetworkConfig(**fields)


def save_weights(path: Path, network: PictureNetwork, pixels: int, notes: dict[str, Any]) -> None:
    """Write a network in half precision; the file appears when it is whole."""
    from safetensors.torch import save

    tensors = {name: value.half().contiguous() for name, value in network.state_dict().items() if value.ndim}
    document = asdict(Description(network.config, pixels, notes=notes))
    with atomic_path(path) as temporary:
        temporary.write_bytes(save(tensors, {"format": FORMAT, "lucid3d": json.dumps(document)}))


def with_places(network: PictureNetwork, places: tuple[str, ...]) -> PictureNetwork:
    """A network that tells these places apart, with everything that `network` has learned: of a place that is new it
    knows nothing yet, one that is no longer there it forgets."""
    before = network.config.places
    grown = PictureNetwork(replace(network.config, places=places))
    first = sum(network.sizes[:PLACE_OUTPUT])
    rows = {name: first + number for number, name in enumerate(before)}
    after = first + len(before)
    kept = [*range(first), *(rows.get(name, -1) for name in places), *range(after, sum(network.sizes))]
    index = torch.tensor(kept)
    known = index >= 0
    tensors = network.state_dict()
    for name, fresh in grown.state_dict().items():
        if name.split(".")[0] in HEADS:
            old = tensors[name][index.clamp(min=0)]
            tensors[name] = torch.where(known.reshape(-1, *[1] * (old.ndim - 1)), old, fresh)
    grown.load_state_dict(tensors)
    return grown.train(network.training)


def load_weights(path: Path | None = None) -> tuple[PictureNetwork, Description]:
    """Read a network, ready to be asked (float32, in evaluation mode).

    Args:
        path: the file; None for the one in the package.
    Raises:
        InputError: it is not there, or no such file, or made for other classes.
    """
    from safetensors import SafetensorError, safe_open

    if path is None:
        path = SHIPPED
        if not path.is_file():
            raise InputError(
                "this lucid3d carries no weights for reading pictures: make some with `lucid3d learn` "
                "(docs/learning.md) and name their file"
            )
    if not path.is_file():
        raise InputError(f"there is no file of weights at '{path}'")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError) as error:
        raise InputError(f"'{path}' is no .safetensors file, or broken") from error
    if header.get("format") != FORMAT:
        raise InputError(f"'{path}' is not a network of `lucid3d learn` (its format is not {FORMAT!r})")
    try:
        document = json.loads(header["lucid3d"])
        config = network_config(document["network"])
        description = Description(config, int(document["pixels"]), tuple(document["classes"]), document["notes"])
        network = PictureNetwork(config)
        missing, unexpected = network.load_state_dict(tensors, strict=False)
        if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
            raise ValueError("other tensors than the network has")
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"'{path}' does not fit this version of lucid3d: make it anew with `lucid3d learn`") from error
    if description.classes != CLASSES:
        raise InputError(f"'{path}' tells other classes apart than this version of lucid3d: make it anew")
    return network.eval(), description
