"""From a client's request to a job in the queue: everything in it is checked here, before anybody waits for it."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from lucid3d import trajectory
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.export.targets import check_target
from lucid3d.families.choose import choose_models
from lucid3d.service import uploads
from lucid3d.service.changing import check
from lucid3d.service.remix import Role, check_panorama, plan_remix, structure_of
from lucid3d.service.schemas import EditRequest, ExportRequest, InpaintStep, Job, JobRequest, RemixRequest, Webhook
from lucid3d.service.settings import Settings
from lucid3d.service.spec import DreamSpec, EditSpec, ExportSpec, Repaint, Spec
from lucid3d.service.spot import Spot
from lucid3d.service.store import NewJob, Refusal, Store, new_id
from lucid3d.service.webhooks import Refused, check_url
from lucid3d.service.wording import Wording, cleaned, styled, worded


@dataclass(frozen=True)
class Sender:
    """Who asks: an address, and the key that makes a repeated request the same one."""

    client: str
    key: str | None = None


@dataclass(frozen=True)
class Again:
    """What a remix starts from: a job and the folder of its result (none: a picture), and if it is repainted."""

    source: str = ""
    folder: Path | None = None
    repaint: Repaint | None = None


class Desk:
    """Takes requests in.

    Every method returns the job that waits now, and raises `Refusal` or `InputError` with a sentence otherwise.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings

    def dream(self, wish: JobRequest, sender: Sender) -> Job:
        """A sentence to dream."""
        wording = worded(wish.prompt, wish.negative_prompt, wish.style, complete=wish.enhance)
        config = self._config(wish, wording)
        return self._submit(wish, wording, config, sender)

    def picture(self, wish: JobRequest, data: bytes, sender: Sender) -> Job:
        """A picture to dream, with or without words."""
        pixels = uploads.decode(data, self.settings.limits.picture_pixels)
        wording = self._optional_words(wish)
        return self._submit(wish, wording, self._config(wish, wording), sender, pixels=pixels)

    def remix(self, wish: RemixRequest, sender: Sender) -> Job:
        """An earlier result with other words or another style."""
        source = self.finished(wish.source, what="a remix")
        if source.kind == "export":
            raise Refusal(409, "not_finished", "an export cannot be remixed; name the job that it came from")
        base = self._preset(wish.preset) if wish.preset else None
        folder = self.settings.result(source.id, source.kind)
        negative = wish.negative_prompt or source.negative_prompt
        plan = plan_remix(folder, wish.prompt, negative, wish.style, base)
        config, wording = plan.config, plan.wording
        again = Again(source.id, folder, repaint_words(wording, config.seed) if plan.repaint else None)
        facts = {"structure": plan.structure, "seed": config.seed, "preset": wish.preset or source.preset}
        return self._submit(wish, wording, config, sender, again, facts=facts)

    def remix_picture(self, wish: JobRequest, role: Role, data: bytes, sender: Sender) -> Job:
        """A panorama or a control image as the place."""
        pixels = uploads.decode(data, self.settings.limits.picture_pixels)
        if role == "panorama":
            check_panorama(pixels)
        wording = self._optional_words(wish)
        config = self._config(wish, wording)
        change = bool(cleaned(wish.prompt) or wish.style)
        # the place is dreamed as it is, and then repainted in the words
        again = Again(repaint=repaint_words(wording, config.seed) if change else None)
        facts = {"structure": structure_of(role, change)}
        around = role == "panorama"
        return self._submit(wish, wording, config, sender, again, pixels=pixels, panorama=around, facts=facts)

    def export(self, job: str, wish: ExportRequest, sender: Sender) -> Job:
        """A result in another form."""

        source = self.finished(job, what="an export")
        if source.kind == "export":
            raise Refusal(409, "not_finished", "an export cannot be exported; name the job that it came from")
        if wish.type == "film" and wish.path not in trajectory.names():
            raise InputError(f"camera path '{wish.path}' is unknown; there are {', '.join(trajectory.names())}")
        if wish.type == "files":
            if not wish.targets:
                raise InputError("name what to export in targets, such as unity or spz")
            for target in wish.targets:
                check_target(target)
        self._check_hook(wish.webhook)
        self._check_room()
        name = new_id()
        spec = ExportSpec(
            **wish.model_dump(exclude={"webhook"}),
            source=self.settings.result(source.id, source.kind),
            output=self.settings.result(name, "export"),
        )
        facts = {
            "prompt": source.prompt, "negative_prompt": source.negative_prompt, "style": source.style,
            "preset": source.preset, "seed": source.seed, "sentence": source.sentence, "type": wish.type,
            "asked": _digest(job, wish),
        }  # fmt: skip
        return self._put(NewJob(name, "export", sender.client, facts, source.id, sender.key, _hook(wish.webhook)), spec)

    def edit(self, wish: EditRequest, sender: Sender, mesh: tuple[str, bytes] | None = None) -> Job:
        """A copy of a result with changes; `mesh`: name and bytes of a file that was sent along."""
        source = self.finished(wish.source, what="an edit")
        if source.kind == "export":
            raise Refusal(409, "not_finished", "an export cannot be edited; name the job that it came from")
        for target in wish.exports:
            check_target(target)
        check(wish.steps, mesh=mesh is not None)
        if any(isinstance(step, InpaintStep) for step in wish.steps):
            presets = self.settings.presets
            networks = presets.get(source.preset) or next(iter(presets.values()))
            choose_models("diffusion", networks.diffusion)  # what is not on disk is told now
        self._check_hook(wish.webhook)
        self._check_room()
        name = new_id()
        sent = None
        if mesh is not None:
            spot = self.settings.spot(name)
            spot.mkdir(parents=True)
            try:
                sent = uploads.write_mesh(spot, *mesh)
            except BaseException:
                _remove(spot)
                raise
        spec = EditSpec(
            steps=tuple(wish.steps),
            exports=tuple(wish.exports),
            mesh=sent,
            source=self.settings.result(source.id, source.kind),
            output=self.settings.result(name, "edit"),
        )
        facts = {
            "prompt": "; ".join(getattr(step, "prompt", "") or getattr(step, "thing", step.do) for step in wish.steps),
            "negative_prompt": source.negative_prompt, "style": source.style, "preset": source.preset,
            "seed": source.seed, "sentence": source.sentence,
            "asked": _digest("edit", wish, None if mesh is None else np.frombuffer(mesh[1], np.uint8)),
        }  # fmt: skip
        return self._put(NewJob(name, "edit", sender.client, facts, source.id, sender.key, _hook(wish.webhook)), spec)

    def finished(self, job: str, *, what: str) -> Job:
        """A job whose result is there.

        Raises:
            Refusal: 404, 409 or 410 with the reason.
        """
        found = self.store.get(job)
        if found.state == "done":
            return found
        if found.state == "deleted":
            raise Refusal(410, "deleted", "the result was deleted")
        if found.state in ("cancelled", "failed"):
            raise Refusal(409, found.state, f"the job {_ENDED[found.state]}, so there is nothing for {what}")
        raise Refusal(409, "not_finished", f"the job is {found.state}: wait until it is done before {what}")

    def delete(self, job: str) -> Job:
        """Delete the files of a job and of its exports."""
        before, exports = self.store.delete(job)
        for each in (before, *exports):
            _remove(self.settings.result(each.id, each.kind))
            _remove(self.settings.spot(each.id))
        return self.store.get(job)

    # ---- what they share ----

    def _optional_words(self, wish: JobRequest) -> Wording:
        if cleaned(wish.prompt):
            return worded(wish.prompt, wish.negative_prompt, wish.style, complete=wish.enhance)
        wording = styled(Wording("", cleaned(wish.negative_prompt, what="negative prompt")), wish.style)
        wording.sentence = ""  # the worker describes the picture first, and the style follows
        return wording

    def _preset(self, name: str) -> Config:
        if name not in self.settings.presets:  # a name, never a file
            raise InputError(f"preset '{name[:40]}' is unknown; there are {', '.join(self.settings.presets)}")
        return self.settings.presets[name]

    def _config(self, wish: JobRequest, wording: Wording) -> Config:
        seed = secrets.randbelow(2**32) if wish.seed is None else wish.seed
        prompt = (wording.sentence,) if wording.sentence else ()
        return replace(
            self._preset(wish.preset),
            prompt=prompt,
            negative_prompt=wording.negative_prompt,
            seed=seed,
            models=wish.models,
        )

    def _submit(
        self,
        wish: JobRequest | RemixRequest,
        wording: Wording,
        config: Config,
        sender: Sender,
        again: Again | None = None,
        *,
        pixels: np.ndarray | None = None,
        panorama: bool = False,
        facts: dict[str, Any] | None = None,
    ) -> Job:
        for target in wish.exports:
            check_target(target)
        self._check_hook(wish.webhook)
        choose_models(config.models, config.diffusion)  # diffusion that is not on disk is told now, not in an hour
        self._check_room()
        name = new_id()
        spot = self.settings.spot(name)
        if pixels is not None:
            spot.mkdir(parents=True)
            uploads.write_picture(Spot(spot).picture, pixels)
            path = str(Spot(spot).picture)
            config = replace(config, panorama=path) if panorama else replace(config, image=path)
        kind: Literal["dream", "remix"] = "dream" if again is None else "remix"
        again = again or Again()
        spec = DreamSpec(
            kind=kind,
            config=config,
            exports=tuple(wish.exports),
            style=wish.style,
            source=again.folder,
            repaint=again.repaint,
            output=self.settings.result(name, kind),
        )
        told = {
            "prompt": wish.prompt, "negative_prompt": wording.negative_prompt, "style": wish.style,
            "preset": wish.preset, "seed": config.seed, "sentence": wording.sentence,
            "rules": [rule.model_dump() for rule in wording.rules], **(facts or {}),
            "asked": _digest(f"{kind} {panorama}", wish, pixels),
        }  # fmt: skip
        job = NewJob(name, kind, sender.client, told, again.source, sender.key, _hook(wish.webhook))
        return self._put(job, spec)

    def _put(self, job: NewJob, spec: Spec) -> Job:
        limits = self.settings.limits
        spot = Spot(self.settings.spot(job.id))
        try:
            spot.prepare(spec)  # before the queue knows of it: a job in the queue can always be done
            taken = self.store.submit(job, queue=limits.queue, per_client=limits.jobs_per_client)
        except BaseException:
            _remove(spot.folder)
            raise
        if taken != job.id:
            _remove(spot.folder)
        return self.store.get(taken)

    def _check_hook(self, webhook: Webhook | None) -> None:
        """Refuse what can never be called while the client still listens; names are looked up when they are called."""
        if webhook is not None and not self.settings.private_webhooks:
            try:
                check_url(webhook.url)
            except Refused as error:
                raise InputError(f"webhook.url: {error}; this service calls public addresses only") from None

    def _check_room(self) -> None:
        limits = self.settings.limits
        free = shutil.disk_usage(self.settings.outputs).free
        if free < limits.free_bytes:
            raise Refusal(
                507, "disk_full", f"{free / 2**20:,.0f} MB are left on the disk, too little for a job; delete results"
            )
        if limits.result_bytes and self.store.kept_bytes() >= limits.result_bytes:
            raise Refusal(507, "disk_full", "the room for results is used up; delete some of them")


_ENDED = {"cancelled": "was cancelled", "failed": "failed"}


def repaint_words(wording: Wording, seed: int) -> Repaint:
    """What a repainting is told."""
    return Repaint(prompt=wording.sentence, negative_prompt=wording.negative_prompt, seed=seed)


def _digest(what: str, wish: BaseModel, pixels: np.ndarray | None = None) -> str:
    """Tells two requests apart that came with the same key."""
    digest = hashlib.sha256(f"{what}\n{wish.model_dump_json()}".encode())
    if pixels is not None:
        digest.update(pixels.tobytes())
    return digest.hexdigest()


def _hook(webhook: Webhook | None) -> dict[str, str]:
    return {} if webhook is None else webhook.model_dump()


def _remove(folder: Path) -> None:
    """Delete a folder so that at no moment half of it stands under its name."""
    doomed = folder.with_name(f".deleted-{folder.name}")
    try:
        folder.rename(doomed)
    except OSError:
        return
    shutil.rmtree(doomed, ignore_errors=True)
