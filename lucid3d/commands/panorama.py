"""`lucid3d panorama repair in.png out.png`: the command line of seam repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import tyro
from numpy.typing import NDArray

from lucid3d.config import find_config, load_config
from lucid3d.errors import InputError
from lucid3d.export.images import write_jpeg, write_png
from lucid3d.families.base import Uses, Wish
from lucid3d.families.choose import choose_models, load_models
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.captioner import caption
from lucid3d.families.diffusion.family import DIFFUSION
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.input_pictures import load_picture
from lucid3d.panorama.repair import repair_panorama
from lucid3d.reading import open_picture
from lucid3d.restyle.palette import styled_panorama
from lucid3d.restyle.redraw import redraw_panorama

if TYPE_CHECKING:
    from lucid3d.families.config import ModelsConfig
    from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
    from lucid3d.panorama.filling import Inpaint
    from lucid3d.panorama.repair import Repair

USAGE = "usage: lucid3d panorama repair IN OUT [options]; 'lucid3d panorama repair --help' tells more"
MAX_PIXELS = 16384 * 8192
"""Of a panorama that is read; a picture that claims more is refused before it is decoded."""
WRITTEN = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class RepairOptions:
    """Mend the seams of a panorama from elsewhere: the wrap, a cube map's edges, pinched poles."""

    source: tyro.conf.Positional[str]
    """A 2:1 picture (PNG, JPEG, WebP, TIFF)."""
    target: tyro.conf.Positional[str]
    """Where the mended one goes (.png or .jpg)."""
    models: Literal["auto", "diffusion", "none"] = "auto"
    """Who paints what lies right on a seam: Stable Diffusion when its weights are on disk (auto), or must be
    (diffusion); without it the two sides are blended."""
    style_image: str = ""
    """A picture whose palette and contrast the panorama takes. With Stable Diffusion the panorama is then painted over,
    all around at once, in words that describe the picture; without it the colours are all that changes."""
    style_strength: float = 0.35
    """How far that painting may go: 0 colours only, 1 nothing but the words counts."""
    prompt: str = "a 360-degree panorama"
    """What the panorama shows, for the painter."""
    seed: int = 0
    """Of the painter."""
    config: str = ""
    """A YAML file or preset whose `diffusion` part names the networks."""
    overwrite: bool = False
    """Replace the target if it exists."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run; see `USAGE`.

    Raises:
        InputError: anything that cannot be used.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return
    if arguments[0] != "repair":
        raise InputError(f"'{arguments[0]}' is not something that can be done to a panorama; {USAGE}")
    repair_file(tyro.cli(RepairOptions, args=list(arguments[1:]), prog="lucid3d panorama repair"))


def repair_file(options: RepairOptions) -> Repair:
    """Read, mend, write, and print what was found.

    Raises:
        InputError: the picture cannot be read or is not 2:1, the target exists, or the models are not there.
    """

    target = Path(options.target)
    if target.suffix.lower() not in WRITTEN:
        raise InputError(f"the mended panorama '{target}' must end in {', '.join(WRITTEN)}")
    if target.exists() and not options.overwrite:
        raise InputError(f"'{target}' exists; choose another name, or replace it with --overwrite")
    panorama = read_panorama(Path(options.source))
    if not 0 <= options.style_strength <= 1:
        raise InputError(f"--style-strength {options.style_strength:g} must be from 0 to 1")
    style = None
    if options.style_image:
        style = load_picture(options.style_image).image
    painter, who = _painter(options)
    repair = repair_panorama(panorama, inpaint=_inpaint(painter, options) if painter else None)
    for before, after in zip(repair.before, repair.after, strict=True):
        if before.visible or after.visible:
            state = "mended" if not after.visible else "partly mended"
            print(f"{before.name}: {state}; steps {before.ratio:.1f} times the picture's own, now {after.ratio:.1f}")
    if not any(seam.visible for seam in repair.before):
        print("no seam was found; the picture is written as it is")
    elif repair.painted:
        print(f"{100 * repair.painted:.1f} % of the sphere painted anew by {who}")
    else:
        print(f"sides blended, nothing painted: {who}")
    write = write_png if target.suffix.lower() == ".png" else write_jpeg
    mended = repair.panorama
    if style is not None:
        mended = styled_panorama(mended, style)
        taken = "colours only"
        if painter is not None and options.style_strength > 0:
            words = _words(style, options, painter.config)
            mended = redraw_panorama(painter, mended, words, strength=options.style_strength, seed=options.seed)
            taken = f'then painted over by {who} as "{words}"'
        print(f"palette and contrast taken from {options.style_image}; {taken}")
    write(target, mended)
    print(target)
    return repair


def read_panorama(path: Path) -> NDArray[np.float32]:
    """A 2:1 picture as (H, 2H, 3) float32 sRGB.

    Raises:
        InputError: it is not there, not a picture, too large, or not 2:1.
    """
    if not path.exists():
        raise InputError(f"the panorama '{path}' does not exist")
    with open_picture(path, f"'{path}'", most_pixels=MAX_PIXELS) as picture:
        width, height = picture.size
        if width != 2 * height or height < 16:
            raise InputError(f"'{path}' is {width}x{height}; a panorama is twice as wide as high, from 32x16 on")
        return np.asarray(picture.convert("RGB"), np.float32) / np.float32(255)


def _painter(options: RepairOptions) -> tuple[DiffusionPainter | None, str]:
    """The painter, or None, and who or why not in words."""
    if options.models == "none":
        return None, "no painter, as asked for"
    settings = load_config(find_config(options.config)).diffusion if options.config else ModelsConfig()
    alone = Uses(estimator=False)
    choice = choose_models(options.models, settings, alone)
    if choice.family != DIFFUSION.name:
        return None, choice.reason.replace("procedural models", "no painter", 1)
    painter = load_models(Wish(choice.family, settings), alone).painter
    assert isinstance(painter, DiffusionPainter)
    return painter, settings.inpainting


def _inpaint(painter: DiffusionPainter, options: RepairOptions) -> Inpaint:
    def inpaint(image, known, camera):  # type: ignore[no-untyped-def]
        return painter.inpaint(image, known, options.prompt, camera, seed=options.seed)

    return inpaint


def _words(style: NDArray[np.float32], options: RepairOptions, config: ModelsConfig) -> str:
    """What the panorama shows, in the manner of the picture, as far as its describer (BLIP) is on disk."""

    if not weights.inspect(config.captioner).complete:
        return options.prompt
    return f"{options.prompt}, in the style of {caption(style, config)}"
