"""A finished scene repainted in other words, over its own depth, as a new scene."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lucid3d.errors import InputError
from lucid3d.families.base import Wish
from lucid3d.families.choose import Loader, choose_models, load_models
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.family import DIFFUSION
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.progress import Event, Listener, ignore
from lucid3d.prompts import plan_prompts
from lucid3d.restyle.recolour import recoloured
from lucid3d.restyle.repaint import repaint_by_diffusion
from lucid3d.restyle.rules import Repainted, repaint_by_rules
from lucid3d.scene import Scene

if TYPE_CHECKING:
    from lucid3d.families.config import ModelsConfig
    from lucid3d.scene import Scene

Requested = Literal["auto", "procedural", "diffusion"]


def restyle_folder(
    folder: Path,
    prompt: str,
    output: Path | None = None,
    *,
    models: Requested = "auto",
    diffusion: ModelsConfig | None = None,
    negative_prompt: str = "",
    seed: int = 0,
    on_event: Listener = ignore,
) -> Path:
    """Restyle a saved scene and save the result beside it; the scene itself is not touched.

    Args:
        folder: of a finished scene, with its views.
        output: a new or empty folder; None for <folder>-<prompt>.
        models, diffusion: who paints; `diffusion` is None for the networks that the scene was made with.
    Returns:
        The folder of the new scene.
    Raises:
        InputError: no scene, no views in it, no prompt, or an output folder that holds something.
    """
    prompt = plan_prompts((prompt,)).default
    target = output or folder.parent / f"{folder.resolve().name}-{_slug(prompt)}"
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"--output '{target}' holds something already; choose a new folder for the restyled scene")
    scene = Scene.load(folder)
    if diffusion is not None:
        scene = replace(scene, config=replace(scene.config, diffusion=diffusion))
    new = restyle(scene, prompt, models=models, negative_prompt=negative_prompt, seed=seed, on_event=on_event)
    new.facts["restyled"]["from"] = folder.resolve().name
    return new.save(target, on_event=on_event)


def restyle(
    scene: Scene,
    prompt: str,
    *,
    models: Requested = "auto",
    negative_prompt: str = "",
    seed: int = 0,
    load: Loader | None = None,
    on_event: Listener = ignore,
) -> Scene:
    """A scene in other words: its geometry as it is, its views repainted, its colours trained on them.

    The new scene's config stays that of the geometry; `facts["restyled"]` says what was done to the colours.

    Args:
        load: how models are loaded, for whoever keeps networks between scenes.
    Raises:
        InputError: the scene was saved without views, or diffusion was asked for and something is missing.
    """
    views = [view for view in scene.views if not view.support]
    if not views or not len(scene.gaussians):
        raise InputError("this scene holds no views to repaint (transforms.json): dream it again, or choose another")
    painted = _repainted(scene, prompt, models, negative_prompt, seed, load, on_event)
    on_event(Event("models", 1, 1, painted.how))
    new = recoloured(scene, painted.pictures, on_event)
    kept = {name: fact for name, fact in scene.facts.items() if name not in ("timings", "prompt")}
    facts = {**kept, "restyled": {"prompt": prompt, "was": scene.prompt, "seed": seed, "how": painted.how}}
    named = [replace(view, prompt="" if view.support else prompt) for view in new.views]
    return replace(new, prompt=prompt, views=named, facts=facts, radiance=painted.radiance)


def _repainted(
    scene: Scene,
    prompt: str,
    models: Requested,
    negative_prompt: str,
    seed: int,
    load: Loader | None,
    on_event: Listener,
) -> Repainted:
    config = scene.config.diffusion
    choice = choose_models(models, config)
    reason = choice.reason
    if choice.family == DIFFUSION.name:
        network = weights.inspect(config.depth_controlnet)
        if network.complete or models == DIFFUSION.name:
            network.require(config.allow_pickle)
            on_event(Event("models", 0, 1, f"{reason}; over depth with {config.depth_controlnet}"))

            def said(what: str, step: int, steps: int) -> None:
                on_event(Event("paint", step, steps, what))

            loaded = load_models(Wish(choice.family, config, progress=said), load=load)
            painter = loaded.painter
            assert isinstance(painter, DiffusionPainter)
            views = [view for view in scene.views if not view.support]
            pictures = repaint_by_diffusion(painter, views, prompt, negative_prompt=negative_prompt, seed=seed)
            loaded.close()
            return Repainted(pictures, f"all views were painted together by {config.inpainting} over their depth")
        reason = f"rules, because {network.explain()}; fetch it with: {network.fetch_command}"
    on_event(Event("models", 0, 1, reason))
    return repaint_by_rules(scene, prompt, seed, negative_prompt, on_event)


def _slug(prompt: str) -> str:
    return re.sub(r"[^\w]+", "-", prompt.lower()).strip("-")[:40].strip("-") or "restyled"
