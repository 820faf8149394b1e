"""Forty-eight prompts as panoramas on one labelled sheet: `python -m lucid3d.procedural.gallery --output sheet.jpg`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.files import atomic_path
from lucid3d.procedural.build import build_world

PROMPTS: tuple[str, ...] = (
    "a misty alpine lake at sunrise with a wooden pier",
    "a flower meadow in the afternoon",
    "a forest path in autumn",
    "a desert at sunset",
    "a rocky coast in a storm",
    "a tropical island with palms",
    "an arctic night with aurora",
    "a red canyon with a river",
    "a volcano at dusk",
    "another planet with crystals",
    "a swamp at dawn in mist",
    "a jungle in the morning",
    "farmland in summer with hay bales",
    "a garden in spring with cherry trees",
    "a cave with glowing crystals",
    "a snowy forest in winter",
    "a village at dusk",
    "a town street in the rain",
    "a modern city at night",
    "ruins in the evening light",
    "a cosy living room with a fireplace",
    "a library in the afternoon",
    "a temple in the mist at sunrise",
    "a space station with a view of a planet",
    "a medieval castle courtyard with a well and market stalls",
    "a coffee shop with plants and wooden tables",
    "a gothic cathedral with stained glass",
    "a Japanese zen garden with a koi pond",
    "a harbour with fishing boats at golden hour",
    "a vineyard on rolling hills",
    "a hot air balloon above a lavender field",
    "a tulip field with a windmill",
    "a waterfall in a jungle gorge",
    "a mountain pass in deep snow",
    "an African savanna with elephants",
    "the surface of the moon with a lander",
    "a coral reef with fish",
    "a wild west street with a saloon",
    "a Japanese street at night with lanterns",
    "a narrow alley with neon signs",
    "a white Greek village above the sea",
    "an amusement park at night",
    "a villa with a pool at dusk",
    "a tavern with barrels and a fireplace",
    "a museum hall with a dinosaur skeleton",
    "a ballroom with chandeliers",
    "a greenhouse with palms",
    "an anime forest in spring",
)
COLUMNS = 4


def draw_gallery(
    output: str | Path,
    *,
    prompts: Sequence[str] = PROMPTS,
    seed: int = 1,
    height: int = 256,
    progress: Callable[[int, str], None] | None = None,
) -> NDArray[np.uint8]:
    """Draw every prompt as a panorama of this height and write the sheet; returns its pixels (H, W, 3).

    The panoramas are drawn at one and a half times their size and brought down, which is the last of the antialiasing.
    """
    import cv2
    from PIL import Image, ImageDraw, ImageFont

    width, label = 2 * height, 24
    rows = (len(prompts) + COLUMNS - 1) // COLUMNS
    sheet = Image.new("RGB", (COLUMNS * width, rows * (height + label)), (18, 18, 20))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for i, prompt in enumerate(prompts):
        if progress:
            progress(i, prompt)
        drawing = build_world(prompt, seed).draw_equirectangular(height * 3 // 2)
        small = cv2.resize(drawing.image, (width, height), interpolation=cv2.INTER_AREA)
        x, y = (i % COLUMNS) * width, (i // COLUMNS) * (height + label)
        sheet.paste(Image.fromarray((np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8)), (x, y + label))
        pen.text((x + 8, y + 3), prompt, fill=(222, 222, 226), font=font)
    with atomic_path(output) as temporary:
        sheet.save(temporary, quality=88, optimize=True)
    return np.asarray(sheet)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="docs/gallery.jpg", help="where the sheet goes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--height", type=int, default=256, help="height of each panorama in pixels")
    arguments = parser.parse_args()
    draw_gallery(
        arguments.output,
        seed=arguments.seed,
        height=arguments.height,
        progress=lambda i, prompt: print(f"{i + 1}/{len(PROMPTS)} {prompt}", flush=True),
    )


if __name__ == "__main__":
    main()
