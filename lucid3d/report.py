"""index.html: the scene in one page that a person would rather look at than read; it needs no network."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from string import Template

import numpy as np

from lucid3d import __version__
from lucid3d.families.base import Image
from lucid3d.files import write_text
from lucid3d.scene_contents import Panorama, SceneContents

LOOK_AROUND_WIDTH = 4096
"""Columns of the panorama inside the page: as many as the skybox of the default preset has, and the widest texture that
every browser takes; about two megabytes."""

FILES = (
    ("scene.ply", "the Gaussians: opens in any splat viewer (y is down, as they expect)"),
    ("points.ply", "the dreamed point cloud"),
    ("free_space.npz", "on what ground one can walk, as far as it was explored"),
    ("skybox/", "the panorama, cube maps, and variants for game engines"),
    ("transforms.json", "the views with images/, depth/ and masks/, in nerfstudio's format"),
    ("preview.mp4", "a short film, and depth.mp4 the same as depth"),
    ("export/", "further formats, where they were asked for"),
    ("scene.yaml", "every choice and version that made this scene"),
)


def write_report(scene: SceneContents, panorama: Panorama, folder: Path) -> None:
    """Write index.html into the folder; it shows the files beside it, and the panorama from inside."""
    template = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
    models = scene.facts.get("models", {})
    dreamed = [view for view in scene.views if not view.support]
    page = template.substitute(
        title=html.escape(scene.prompt[:200]),
        summary=html.escape(
            f"{len(scene.gaussians):,} Gaussians from {len(dreamed)} views; {models.get('family', 'own')} models"
        ),
        films=_films(folder),
        views="".join(_view(index, view.prompt) for index, view in enumerate(dreamed)),
        facts=_facts(scene, panorama),
        files="".join(
            f'<tr><td><a href="{name}">{name}</a></td><td>{text}</td></tr>'
            for name, text in FILES
            if (folder / name).exists()
        ),
        panorama=_data_uri(panorama.image),
    )
    write_text(folder / "index.html", page)


def _films(folder: Path) -> str:
    names = [name for name in ("preview.mp4", "depth.mp4") if (folder / name).exists()]
    players = "".join(f'<video src="{name}" autoplay muted loop playsinline controls></video>' for name in names)
    return f'<div class="pair">{players}</div>'


def _view(index: int, prompt: str) -> str:
    name = f"images/view_{index:03d}.png"
    return f'<a href="{name}"><img loading="lazy" src="{name}" alt="{html.escape(prompt[:100])}"></a>'


def _facts(scene: SceneContents, panorama: Panorama) -> str:
    config, facts = scene.config, scene.facts
    timings = facts.get("timings", {})
    rows = [
        ("models", facts.get("models", {}).get("reason", "")),
        ("understood", facts.get("understood", "")),
        ("seed", str(config.seed)),
        ("trajectory", f"{config.trajectory}, walk radius {config.dream.walk_radius:g} m"),
        ("training", f"{config.training.iterations} iterations" if config.train else "none (--no-train)"),
        ("panorama", f"{panorama.filled:.3%} of it had to be filled in"),
        ("time", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in timings.items())),
        ("warnings", "; ".join(facts.get("dream", {}).get("warnings", [])[:5])),
        ("version", f"lucid3d {__version__}"),
    ]
    drift = facts.get("dream", {}).get("drift")
    if drift:
        rows.insert(5, ("loop", f"views disagreed by {drift['before']:.1%} before, {drift['after']:.1%} after closing"))
    return "".join(f"<tr><td>{name}</td><td>{html.escape(str(text))}</td></tr>" for name, text in rows if text)


def _data_uri(image: Image) -> str:
    from PIL import Image as Pillow

    picture = Pillow.fromarray(np.round(np.clip(image, 0, 1) * 255).astype(np.uint8))
    if picture.width > LOOK_AROUND_WIDTH:
        picture = picture.resize((LOOK_AROUND_WIDTH, LOOK_AROUND_WIDTH // 2), Pillow.Resampling.BOX)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
