"""From a config to a finished scene: models, dream, Gaussians, training. Every stage can be resumed."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.config import Config
from lucid3d.dreaming import dream_views, settle_sky, support_cameras
from lucid3d.errors import InputError
from lucid3d.exploring.explorer import Explorer
from lucid3d.exploring.support import cameras_on_the_way, seen_finely
from lucid3d.families.base import DepthEstimator, Models, Painter
from lucid3d.families.choose import Download, Loader, check_own
from lucid3d.gaussians import StepReport, Trainer, TrainingView, from_points, kernels
from lucid3d.gaussians.budget import within_budget
from lucid3d.gaussians.card import training_device
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.gaussians.training.parts import so_far, train_in_parts
from lucid3d.gaussians.training.plan import AtHand, divided
from lucid3d.gaussians.training.shared import Folder, laid_out, together
from lucid3d.joint.painter import JointPainter, JointViews, paint_jointly
from lucid3d.joint.ring import RING
from lucid3d.memory import check_memory, give_back
from lucid3d.outputs import check_outputs, write_scene
from lucid3d.pointcloud import PointCloud
from lucid3d.preparation import (
    UNDESCRIBED,
    Prepared,
    assemble_models,
    for_family,
    prepare,
    wish_for,
    with_sphere,
)
from lucid3d.progress import Event, Listener, ignore
from lucid3d.projection import project_cloud
from lucid3d.scene import Scene
from lucid3d.skydome import restored, sky_behind
from lucid3d.transforms import PosedView
from lucid3d.workspace import Workspace

if TYPE_CHECKING:
    from lucid3d.dreaming import Dream, DreamedView

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 100
"""Training iterations between checkpoints: what a killed run loses at most. The default preset's 180 have one in their
middle; it takes as long as five of them."""

PREVIEW_EVERY = 25
"""Training iterations between the looks that a listener may take at the Gaussians."""

SKY_BEHIND = 0.1
"""Of the Gaussians, those that the second sky may take at most."""

CLOSED_IN = 1.0
"""Square metres to walk on below which a person is told: exploring cannot do what they asked for."""

RADIANCE_ROWS = 384
"""Of the panorama of true radiance that a procedural world gives: light needs no more, and it costs one view."""

VERSIONS = ("torch", "numpy", "diffusers", "transformers", "gsplat", "open3d")
"""Packages whose versions decide the result and are therefore recorded."""


def run(
    config: Config,
    output: Path | None = None,
    *,
    export: Sequence[str] = (),
    resume: bool = False,
    overwrite: bool = False,
    painter: Painter | str | None = None,
    estimator: DepthEstimator | str | None = None,
    download: Download = "no",
    load: Loader | None = None,
    on_event: Listener = ignore,
) -> Scene:
    """Dream, train and (with `output`) save a scene.

    Args:
        output: the folder to write and to keep checkpoints in; None keeps everything in memory.
        export: further formats to write, by the names of `lucid3d.export`.
        resume: continue an unfinished job in `output`.
        overwrite: replace what another job of this project left in `output`.
        painter, estimator: of your own, one or both, as objects or by the names of entry points (docs/models.md).
        download: whether missing weights may be fetched; "ask" asks in a terminal on a machine with a GPU.
        load: how models are loaded, for whoever keeps them between runs.
        on_event: told after every step; an exception from it ends the job cleanly.
    Raises:
        InputError: something in the config cannot be used; nothing has been written then.
    """
    began = time.perf_counter()
    if isinstance(painter, str):  # a name belongs to the config, so that the scene remembers it
        config = replace(config, painter=painter)
    if isinstance(estimator, str):
        config = replace(config, estimator=estimator)
    check_own(wish_for(config, "", painter=painter, estimator=estimator))
    check_outputs(config, export)
    prepared = prepare(config)
    if prepared.config.prompt not in (config.prompt, (UNDESCRIBED,)):
        on_event(Event("models", 0, 1, f'the picture is taken for: "{prepared.prompts.sentence}"'))
    config = prepared.config
    check_memory(config, len(prepared.cameras))
    if output is None:
        models = assemble_models(prepared, painter, estimator, download=download, load=load, on_event=on_event)
        return _make(for_family(prepared, models), models, None, export, began, on_event)
    with Workspace(output, config) as workspace:
        if workspace.open(resume=resume, overwrite=overwrite):
            return Scene.load(workspace.folder)
        models = assemble_models(prepared, painter, estimator, download=download, load=load, on_event=on_event)
        return _make(for_family(prepared, models), models, workspace, export, began, on_event)


def _make(
    prepared: Prepared,
    models: Models,
    workspace: Workspace | None,
    export: Sequence[str],
    began: float,
    on_event: Listener,
) -> Scene:
    """The stages of `run` once its models are there, each noted where it can be continued."""
    config = prepared.config
    if config.dreaming == "panorama":
        prepared, models = _sphere_first(prepared, models, workspace, on_event)
    if models.understood or models.look is not None:
        on_event(Event("models", 1, 1, models.understood, look=models.look))
    timings = Timings(workspace)
    facts: dict[str, Any] = {
        "prompt": prepared.prompts.sentence,
        "models": {"family": models.family, "reason": models.reason},
        "understood": models.understood,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
        "timings": timings,
    }
    timings.add("models", began)
    if workspace is not None:
        workspace.note(status="dreaming", **facts)

    began = time.perf_counter()
    explorer = _explorer(models, prepared)
    dream = _dream(models, prepared, workspace, on_event, explorer)
    cloud, views = _supported(dream, prepared, explorer)
    radiance = models.radiance(min(RADIANCE_ROWS, config.render.panorama_height))
    models.close()
    facts["dream"] = _summary(dream, prepared, explorer)
    timings.add("dream", began)
    give_back()

    began = time.perf_counter()
    gaussians = gaussians_of(cloud, views, config, workspace, on_event, dream)
    timings.add("train", began)
    del dream
    give_back()
    free = explorer.free if explorer is not None else None
    scene = Scene(prepared.prompts.sentence, config, gaussians, cloud, views, facts, radiance, free)
    if workspace is not None:
        write_scene(scene, workspace, export=export, on_event=on_event)
    return scene


def grow(prepared: Prepared, models: Models, on_event: Listener = ignore) -> Gaussians:
    """Dream and train in memory what is prepared already, for whoever has cameras and words of their own."""
    explorer = _explorer(models, prepared)
    dream = _dream(models, prepared, None, on_event, explorer)
    cloud, views = _supported(dream, prepared, explorer)
    models.close()
    return gaussians_of(cloud, views, prepared.config, None, on_event, dream)


class Timings(dict[str, float]):
    """Seconds a stage; a resumed run adds to what the runs before it took."""

    def __init__(self, workspace: Workspace | None = None) -> None:
        super().__init__(workspace.record.get("timings", {}) if workspace else {})

    def add(self, stage: str, began: float) -> None:
        """Count the time since `began` (of time.perf_counter) for a stage."""
        self[stage] = round(self.get(stage, 0.0) + time.perf_counter() - began, 2)


def _dream(
    models: Models,
    prepared: Prepared,
    workspace: Workspace | None,
    on_event: Listener,
    explorer: Explorer | None,
) -> Dream:
    config, cameras = prepared.config, prepared.cameras
    kept = workspace.load_views(cameras) if workspace is not None else []
    painter = _joint_painter(models, prepared, workspace, on_event) if config.dreaming == "joint" else models.painter
    steps = dream_views(
        painter,
        models.estimator,
        cameras,
        prepared.spoken or prepared.prompts,
        config.dream,
        negative_prompt=config.negative_prompt,
        seed=config.seed,
        start=prepared.start,
        done=kept,
        explore=explorer,
    )
    on_event(Event("dream", kept[-1].index + 1 if kept else 0, len(cameras)))
    dream = None
    for dream in steps:
        newest = dream.newest
        if workspace is not None and newest is not None:
            workspace.save_view(newest)
        detail = f"view {newest.index}" if newest is not None else "known already"
        on_event(Event("dream", dream.done, dream.total, detail, dream=dream))
    assert dream is not None  # dream_views yields at least once, or raises
    if explorer is not None and explorer.free is not None and explorer.free.area < CLOSED_IN:
        closed = f"the start is closed in: one can walk on {explorer.free.area:.1f} m2"
        on_event(Event("dream", dream.done, dream.total, closed))
    return dream


def _sphere_first(
    prepared: Prepared, models: Models, workspace: Workspace | None, on_event: Listener
) -> tuple[Prepared, Models]:
    """Have the whole sphere painted before the loop; in a resumed run by the run before."""
    kept = workspace.load_pictures() if workspace is not None else None
    if kept is not None:
        return with_sphere(prepared, models, kept[0])
    paint = getattr(models.painter, "imagine_panorama", None)
    if paint is None:
        if models.world is None:
            raise InputError(
                f"{type(models.painter).__name__} paints no panoramas (it has no imagine_panorama): leave out "
                "--dreaming panorama"
            )
        on_event(Event("models", 1, 1, "panorama first: this world is one and exact, so each view is drawn by itself"))
        return prepared, models
    config = prepared.config
    painted = paint(prepared.prompts.sentence, negative_prompt=config.negative_prompt, seed=config.seed)
    panorama = (np.round(painted * 255) / 255).astype(np.float32)  # what is kept, with or without --resume
    if workspace is not None:
        workspace.save_pictures([panorama])
    return with_sphere(prepared, models, panorama)


def _explorer(models: Models, prepared: Prepared) -> Explorer | None:
    """Plans the views beyond the path, if the person wants any."""
    if prepared.reach is None:
        return None
    dream, lens = prepared.config.dream, prepared.cameras[-1]
    return Explorer(
        prepared.reach,
        lens,
        sharpness=dream.sharpness,
        seed=prepared.config.seed,
        world=models.world,
        worthwhile=dream.worthwhile,
        most=0 if prepared.config.explore else dream.planned_views,
    )


def _joint_painter(models: Models, prepared: Prepared, workspace: Workspace | None, on_event: Listener) -> Painter:
    """A painter that has the ring's views already, painted together; in a resumed run by the run before."""

    ring = prepared.cameras[:RING]
    pictures = workspace.load_pictures() if workspace is not None else None
    if pictures is not None:
        return JointPainter(models.painter, JointViews(ring, pictures))
    config = prepared.config
    views = paint_jointly(
        models.painter,
        ring,
        prepared.spoken or prepared.prompts,
        negative_prompt=config.negative_prompt,
        seed=config.seed,
        start=prepared.start,
    )
    if views is None:
        note = "joint views: this world is one and exact, so its views agree as they are and each is drawn by itself"
        on_event(Event("models", 1, 1, note))
        return models.painter
    if workspace is not None:
        workspace.save_pictures(views.pictures)
    return JointPainter(models.painter, views)


def _supported(dream: Dream, prepared: Prepared, explorer: Explorer | None) -> tuple[PointCloud, list[PosedView]]:
    """The settled cloud, and the views to train on: dreamed ones whole, support views where the cloud is known, in an
    explored place from where people will walk."""
    config, cloud = prepared.config, settle_sky(dream.cloud)
    count, views = config.dream.support_views, [posed(view) for view in dream.views]
    if explorer is not None and explorer.free is not None:
        radius = explorer.reach.radius
        for camera in cameras_on_the_way(explorer.free, radius, count, config.dream.size, config.seed):
            views.append(PosedView(camera, *seen_finely(cloud, camera), support=True))
        return cloud, views
    for camera in support_cameras(dream.views, count, config.dream.walk_radius, config.seed):
        partial = project_cloud(cloud, camera)
        views.append(PosedView(camera, partial.image, partial.depth, partial.known, support=True))
    return cloud, views


def _eyes(dream: Dream) -> NDArray[np.float64] | None:
    """(M, 3) where people will be in an explored place: wherever it was dreamed from. Else None."""
    if not any(view.planned for view in dream.views):
        return None
    return np.unique(np.array([view.camera.position for view in dream.views]).round(3), axis=0)


def posed(view: DreamedView) -> PosedView:
    """A dreamed view as what is trained on."""
    return PosedView(view.camera, view.image, view.depth, np.ones(view.depth.shape, bool), prompt=view.prompt)


def _summary(dream: Dream, prepared: Prepared, explorer: Explorer | None) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "cameras": len(prepared.cameras),
        "views": len(dream.views),
        "points": len(dream.cloud),
        "warnings": [f"view {view.index}: {view.warning}" for view in dream.views if view.warning],
    }
    if explorer is not None:
        summary["planned"] = sum(view.planned for view in dream.views)
        summary["walkable"] = 0.0 if explorer.free is None else round(explorer.free.area, 2)
    if dream.drift is not None:
        summary["drift"] = {"before": round(float(dream.drift[0]), 5), "after": round(float(dream.drift[1]), 5)}
    return summary


def gaussians_of(
    cloud: PointCloud,
    views: Sequence[PosedView],
    config: Config,
    workspace: Workspace | None,
    on_event: Listener,
    dream: Dream,
) -> Gaussians:
    """Trained Gaussians of a dream's settled cloud; `workspace` keeps checkpoints, None keeps none."""
    training = config.training
    behind = sky_behind(cloud, int(SKY_BEHIND * training.max_gaussians))
    things = within_budget(
        cloud,
        training.max_gaussians - len(behind),
        cameras={view.index: view.camera for view in dream.views},
        eyes=_eyes(dream),
    )
    dome = from_points(behind, sh_degree=training.sh_degree)
    initial = joined(from_points(things, sh_degree=training.sh_degree), dome)
    if not config.train:
        return initial
    material = [
        TrainingView(
            view.camera, view.image, view.mask, view.depth, weight=training.support_weight if view.support else 1.0
        )
        for view in views
    ]
    if len(initial) > training.tile_gaussians and kernels.available():
        return _in_parts(initial[: len(initial) - len(dome)], dome, material, config, workspace, on_event)
    checkpoint = workspace.checkpoint if workspace is not None else None
    device = training_device()
    trainer = None
    if workspace is not None and workspace.checkpoint.is_file():
        try:
            trainer = Trainer.load(workspace.checkpoint, material, training, device=device)
        except InputError as error:
            workspace.drop_checkpoint(error)
    trainer = trainer or Trainer(initial, material, training, seed=config.seed, device=device)
    total = training.iterations
    while trainer.iteration < total:
        report = trainer.step()
        if checkpoint is not None and trainer.iteration % CHECKPOINT_EVERY == 0 and trainer.iteration < total:
            trainer.save(checkpoint)
        peek = (lambda: trainer.gaussians) if trainer.iteration % PREVIEW_EVERY == 0 else None
        on_event(Event("train", trainer.iteration, total, f"loss {report.loss:.4f}", gaussians=peek))
    return restored(trainer.gaussians, dome)


def _in_parts(
    things: Gaussians,
    dome: Gaussians,
    material: Sequence[TrainingView],
    config: Config,
    workspace: Workspace | None,
    on_event: Listener,
) -> Gaussians:
    """Trained tile by tile, what lies behind everything last; with a workspace other processes may help."""
    training, device = config.training, training_device()
    scene: AtHand | Folder
    if workspace is None:
        scene = divided(things, dome, material, training, config.seed)
    else:
        scene = laid_out(workspace.tiles, things, dome, material, training, config.seed)
    taken: dict[int, int] = {}

    def on_step(number: int, report: StepReport | None, trainer: Trainer | None) -> None:
        if report is not None:
            taken[number] = report.iteration
        done = sum(
            each.steps if isinstance(scene, Folder) and scene.is_done(n) else taken.get(n, 0)
            for n, each in enumerate(scene.plan.parts)
        )
        detail = "others work on what is left" if report is None else f"part {number + 1}, loss {report.loss:.4f}"
        peek = None if report is None or done % PREVIEW_EVERY else lambda: so_far(scene, number, trainer)
        on_event(Event("train", done, scene.plan.steps, detail, gaussians=peek))

    if isinstance(scene, AtHand):
        return train_in_parts(scene, device=device, on_step=on_step)
    return together(scene, every=CHECKPOINT_EVERY, device=device, on_step=on_step)


def dream(
    prompt: str | Sequence[str] = (),
    *,
    config: Config | None = None,
    painter: Painter | str | None = None,
    estimator: DepthEstimator | str | None = None,
    on_event: Listener = ignore,
    **choices: Any,
) -> Scene:
    """A sentence (or a picture) in, a scene out; nothing is written.

    Args:
        prompt: what to dream; several sentences share the circle.
        config: a base to start from, for example `load_config(find_config("fast"))`.
        painter, estimator: of your own, as objects or by the names of entry points; what is left out is the stock one.
        on_event: told after every step.
        choices: fields of `Config` by name: seed=3, image="photo.jpg", models="procedural", ...
    Raises:
        InputError: something handed in cannot be used.
    """
    prompts = (prompt,) if isinstance(prompt, str) else tuple(prompt)
    base = config or Config()
    unknown = sorted(set(choices) - set(vars(base)))
    if unknown:
        raise InputError(f"dream() has no option '{unknown[0]}'; known: {', '.join(vars(base))}")
    if prompts:
        choices["prompt"] = prompts
    settings = replace(base, **choices)
    return run(settings, painter=painter, estimator=estimator, on_event=on_event)
