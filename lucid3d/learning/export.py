"""From a run to files that can be shipped: weights, a model card, and the loss curve as a picture."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.files import atomic_path, write_text
from lucid3d.learning.classes import CLASSES, NO_PLACE
from lucid3d.learning.data import DEFAULT_FOLDER, PLAIN_EVERY, RECIPE, VERSION
from lucid3d.learning.evaluate import evaluated
from lucid3d.learning.network import PictureNetwork
from lucid3d.learning.shards import shard_meta
from lucid3d.learning.shipped import SHIPPED
from lucid3d.learning.train import LOG, MAY_CHANGE, TrainConfig, averaged_network, read_log, some, split
from lucid3d.learning.weights import load_weights, save_weights, with_places

ALWAYS_TOLD = ("steps", "batch", "pixels", "seed")
"""Settings of a run that its card names, whatever they are; others where they are not the usual ones."""
LARGEST = 16_000_000
"""Bytes of weights that may go into the package."""


@dataclass(frozen=True)
class ExportConfig:
    """Write the weights of a run for use, with a model card beside them."""

    run: str = str(DEFAULT_FOLDER / "run")
    """The --output of `lucid3d learn train`."""
    to: str = str(SHIPPED)
    """The .safetensors file to write; the model card goes beside it, as .md."""
    share: float = 1.0
    """Of the run's weights; the rest is of those that it began from. A mean of both has learned, and forgets less."""
    curve: str = ""
    """A .png for the loss curve, such as docs/learning.png; empty: none."""


def export_run(config: ExportConfig) -> list[Path]:
    """Write weights, card and curve; returns the files.

    With a `share` below 1 the weights are interpolated with those that the run began from ("Robust Fine-Tuning of
    Zero-Shot Models", Wortsman et al. 2022), and measured anew.

    Raises:
        InputError: there is no run, the name is no .safetensors, the share is out of range or of a run that began from
            nothing, or the weights are too large to ship.
    """
    if not 0 < config.share <= 1:
        raise InputError(f"--share {config.share:g} must be above 0 and at most 1")
    target = Path(config.to)
    if target.suffix != ".safetensors":
        raise InputError(f"--to '{target}' must end in .safetensors")
    folder = Path(config.run)
    network, settings, step = averaged_network(folder)
    size = 2 * sum(tensor.numel() for tensor in network.state_dict().values())
    if size > LARGEST:
        raise InputError(f"the weights take {size / 1e6:.1f} MB, more than the {LARGEST / 1e6:.0f} that may be shipped")
    log = read_log(folder / LOG)
    held_out: dict[str, float] = next((line["held_out"] for line in reversed(log) if "held_out" in line), {})
    recipe_path = Path(settings["data"]) / RECIPE
    recipe = json.loads(recipe_path.read_text(encoding="utf-8")) if recipe_path.is_file() else {"version": VERSION}
    notes: dict[str, Any] = {
        "step": step,
        "settings": {k: v for k, v in settings.items() if k not in ("data", "output", "initial")},
        "continued": bool(settings.get("initial")),
        "held_out": held_out,
        "recipe": recipe,
        "views": log[-1]["views"] if log else 0,
        "place_views": place_views(Path(settings["data"])),
        "cpu_hours": round(log[-1]["cpu_seconds"] / 3600, 2) if log else 0,
        "share": config.share,
    }
    if config.share < 1:
        notes |= _drawn_back(network, settings, config.share, notes["place_views"])
    save_weights(target, network, int(settings["pixels"]), notes)
    card = target.with_suffix(".md")
    write_text(card, model_card(notes, sum(p.numel() for p in network.parameters())))
    written = [target, card]
    if config.curve:
        curve = Path(config.curve)
        pixels = loss_curve(log)
        with atomic_path(curve) as temporary:
            if not cv2.imwrite(str(temporary), pixels[..., ::-1]):
                raise OSError(f"cannot write {curve}")
        written.append(curve)
    return written


def _drawn_back(
    network: PictureNetwork, settings: dict[str, Any], share: float, views: dict[str, int]
) -> dict[str, Any]:
    """Draw a run's network back towards the weights that it began from; the notes that this changes."""
    if not settings.get("initial"):
        raise InputError("--share needs a run that began from other weights (`lucid3d learn train --initial`)")
    first, described = load_weights(Path(settings["initial"]))
    before = with_places(first, network.config.places).state_dict()
    now = network.state_dict()
    network.load_state_dict({name: before[name].lerp(tensor, share) if tensor.is_floating_point() else tensor
                             for name, tensor in now.items()})  # fmt: skip
    earlier: dict[str, int] = described.notes.get("place_views", {})
    both = {place: views.get(place, 0) + earlier.get(place, 0) for place in sorted({*views, *earlier})}
    data = Path(settings["data"])
    held_out = split(data)[1] if (data / "worlds").is_dir() else []
    if not held_out:
        return {"place_views": both}
    measured = evaluated(network, some(held_out, int(settings["evaluate_views"])), int(settings["pixels"]))
    return {"place_views": both, "held_out": {name: round(value, 4) for name, value in measured.items()}}


def place_views(data: Path) -> dict[str, int]:
    """Views by place of a data set that may be gone."""
    found: dict[str, int] = {}
    for path in (data / "worlds").glob("*.npz"):
        meta = shard_meta(path)
        place, views = str(meta["place"]), int(str(meta["views"]))
        if place != NO_PLACE:
            found[place] = found.get(place, 0) + views
    return dict(sorted(found.items()))


def model_card(notes: dict[str, Any], parameters: int) -> str:
    """What a person has to know of the weights, in Markdown."""
    settings, recipe = notes["settings"], notes["recipe"]
    drawn = " ".join(f"--{name} {recipe[name]}" for name in ("seed", "views", "size") if name in recipe)
    usual = {each.name: each.default for each in fields(TrainConfig) if each.name not in MAY_CHANGE}
    told = [
        name
        for name, value in usual.items()
        if isinstance(value, int | float) and (name in ALWAYS_TOLD or settings.get(name, value) != value)
    ]
    trained = " ".join(f"--{name.replace('_', '-')} {settings[name]}" for name in told)
    before = " They began from the weights of an earlier run of the same command." if notes.get("continued") else ""
    share = notes.get("share", 1.0)
    if share < 1:
        before = f" They began from the weights of an earlier run; those here are {share:.0%} of the way from there."
    measured = "\n".join(f"| {name} | {value:.3f} |" for name, value in notes["held_out"].items())
    return f"""# lucid3d-mini

A network of {parameters / 1e6:.1f} million parameters that reads one picture: depth with confidence, normals,
{len(CLASSES)} labels, gravity, horizon, lens, place ({len(settings["network"]["places"])}), indoors or outdoors.

- Licence: Apache-2.0, as lucid3d. It was trained from random numbers on nothing but pictures that lucid3d draws itself.
- Data: {notes["views"]} views of procedural worlds, drawn by `lucid3d.learning.data` (recipe {recipe});
  every {PLAIN_EVERY}th world is of plain solids in random materials. No photograph, no downloaded weights.
- Training: {notes["step"]} steps of {settings["batch"]} pictures of about {settings["pixels"]} pixels, seed
  {settings["seed"]}, {notes["cpu_hours"]} hours of one processor core.{before}
- Made by:

      lucid3d learn data {drawn}
      lucid3d learn train {trained}
      lucid3d learn export{f" --share {share:g}" if share < 1 else ""}

On worlds that it was not trained on:

| | |
|---|---|
{measured}

Its limits: it has seen no people, no animals, no text and no photograph. `Reading.confidence` says where it doubts.
"""


def loss_curve(log: list[dict[str, Any]]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) of the loss and of the held-out share within 25 %, over steps.

    Raises:
        InputError: the log is empty.
    """
    if not log:
        raise InputError("there is no log to draw: train first")
    from PIL import Image, ImageDraw, ImageFont

    width, height, left, right, top, bottom = 900, 420, 60, 60, 40, 40
    sheet = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(13)
    last = max(line["step"] for line in log)
    loss = [(line["step"], line["loss"]) for line in log]
    share = [(line["step"], line["held_out"]["within"]) for line in log if "within" in line.get("held_out", {})]
    highest = max(value for _, value in loss) or 1.0

    def place(step: float, value: float) -> tuple[float, float]:
        return left + (width - left - right) * step / last, height - bottom - (height - top - bottom) * value

    for i in range(6):
        y = place(0, i / 5)[1]
        pen.line([(left, y), (width - right, y)], fill=(225, 225, 228))
        pen.text((8, y - 8), f"{highest * i / 5:.2f}", fill=(40, 90, 180), font=font)
        pen.text((width - right + 8, y - 8), f"{i / 5:.1f}", fill=(190, 70, 30), font=font)
        x = place(last * i / 5, 0)[0]
        pen.text((x - 14, height - bottom + 8), f"{round(last * i / 5)}", fill=(60, 60, 60), font=font)
    pen.text((left, 12), "training loss", fill=(40, 90, 180), font=font)
    pen.text((width // 2, 12), "held-out worlds: share of pixels within 25 %", fill=(190, 70, 30), font=font)
    pen.line([place(step, value / highest) for step, value in loss], fill=(40, 90, 180), width=2)
    if share:
        pen.line([place(step, value) for step, value in share], fill=(190, 70, 30), width=2)
    return np.asarray(sheet)
