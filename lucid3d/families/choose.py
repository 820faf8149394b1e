"""Which models a job gets: chosen from what is on disk, offline, without importing torch; and their loading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal

from lucid3d.errors import InputError
from lucid3d.families import own
from lucid3d.families.base import DepthEstimator, Family, Models, Painter, Uses, Wish
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.commands import offer_download
from lucid3d.families.diffusion.family import DIFFUSION
from lucid3d.families.picture import PanoramaPainter
from lucid3d.families.worlds import PROCEDURAL

FAMILIES: dict[str, Family] = {family.name: family for family in (DIFFUSION, PROCEDURAL)}
"""Every family, in the order in which "auto" tries them; the last one needs nothing. A new family is one more here."""

Download = Literal["ask", "yes", "no"]
"""Whether missing weights may be fetched; "ask" asks in a terminal on a machine with a GPU."""

Loader = Callable[[Family, Wish, Uses], Models]
"""Loads in place of `Family.load`, for whoever keeps models between jobs (see `lucid3d.service.keeping`)."""


@dataclass(frozen=True)
class Choice:
    """The family that runs.

    Attributes:
        family: its name.
        reason: one line for a person: which, why, and the command that fetches what is missing.
        missing: hub names that `lucid3d models download` would have to fetch for a family that "auto" tries before this
            one; empty when nothing is.
    """

    family: str
    reason: str
    missing: tuple[str, ...] = ()


def choose_models(requested: str, settings: ModelsConfig, uses: Uses = Uses(), *, exact: bool = True) -> Choice:
    """Decide which family runs; "auto" takes the first that lacks nothing.

    Args:
        requested: the name of a family, or "auto".
        settings: of the networks.
        uses: which parts the job needs; a picture without a prompt needs the captioner, painting alone no depth.
        exact: whether a family will do that measures nothing but its own world.
    Raises:
        InputError: no such family, it lacks something (the message says what and how to fetch it), or with "auto" and
            without `exact`, every family does.
    """
    if requested != "auto":
        return _asked_for(requested, settings, uses, exact)
    why = ""
    missing: tuple[str, ...] = ()
    for family in FAMILIES.values():
        if family.exact and not exact:
            continue
        needs = family.needs(settings, uses)
        if not needs.lacking:
            reason = f"because {why}" if why else f"all on disk: {needs.names}"
            return Choice(family.name, f"{family.name} models, {reason}", missing)
        why, missing = why or needs.lacking, missing or needs.missing
    raise InputError(f"{_NO_MEASURE} ({why})")


_NO_MEASURE = (
    "a painter of your own needs an estimator that measures its pictures; hand in one of your own too, or have a depth "
    "network on disk"
)


def _asked_for(requested: str, settings: ModelsConfig, uses: Uses, exact: bool) -> Choice:
    family = FAMILIES.get(requested)
    if family is None:
        close = get_close_matches(str(requested), ["auto", *FAMILIES], n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise InputError(f'models "{requested}" must be one of auto, {", ".join(FAMILIES)}{hint}')
    if family.exact and not exact:
        raise InputError(f"{_NO_MEASURE} (the {requested} one knows its own world alone)")
    needs = family.needs(settings, uses)
    if needs.lacking:
        raise InputError(f"the {requested} models cannot run: {needs.lacking}")
    names = f": {needs.names}" if needs.names else ""
    return Choice(requested, f"{requested} models, as asked for{names}")


def settle(
    wish: Wish,
    uses: Uses = Uses(),
    *,
    exact: bool = True,
    download: Download = "no",
    tell: Callable[[str], Any] = lambda reason: None,
) -> Choice:
    """`choose_models` for a wish, after an offer to fetch what is missing; `tell` hears the reason.

    Raises:
        InputError: see `choose_models`.
    """
    choice = choose_models(wish.models, wish.settings, uses, exact=exact)
    if choice.missing and download != "no" and offer_download(choice.missing, download):
        choice = choose_models(wish.models, wish.settings, uses, exact=exact)
    tell(choice.reason)
    return choice


def load_models(
    wish: Wish,
    uses: Uses = Uses(),
    *,
    download: Download = "no",
    load: Loader | None = None,
    tell: Callable[[str], Any] = lambda reason: None,
) -> Models:
    """The models of a job: of one's own where the wish names them, else those of the family that is chosen.

    Args:
        uses: which parts the job needs.
        download: whether missing weights may be fetched.
        load: in place of `Family.load`.
        tell: hears why these models, before anything is loaded.
    Raises:
        InputError: a name is not known, a family was asked for and lacks something, or a painter of one's own has
            nobody who could measure its pictures.
    """
    painter, estimator = own_parts(wish)
    left = replace(uses, painter=uses.painter and painter is None, estimator=uses.estimator and estimator is None)
    if painter is not None and estimator is not None:
        return _seeing(wish, Models("custom", painter, estimator, _names(painter, estimator), world=world_of(painter)))
    choice = settle(wish, left, exact=painter is None, download=download, tell=tell)
    family = FAMILIES[choice.family]
    models = load(family, wish, left) if load is not None else family.load(wish, left)
    models = replace(models, reason=choice.reason)
    if painter is not None or estimator is not None:
        reason = f"{choice.reason}; with {_names(painter, estimator)} of your own"
        painter, estimator = painter or models.painter, estimator or models.estimator
        models = replace(models, family="custom", painter=painter, estimator=estimator, reason=reason)
    return models if family.exact else _seeing(wish, models)


def _seeing(wish: Wish, models: Models) -> Models:
    """The models with a painter that knows the panorama that the wish begins with, if it does."""
    if wish.panorama is None:
        return models
    return replace(models, painter=PanoramaPainter(wish.panorama, models.painter))


def own_parts(wish: Wish) -> tuple[Painter | None, DepthEstimator | None]:
    """The painter and the estimator of one's own; one entry point that both names share becomes one object.

    Raises:
        InputError: see `own.make`.
    """
    painter, estimator = wish.painter, wish.estimator
    if isinstance(painter, str):
        same = painter == estimator
        painter = own.make("painter", painter)
        if same:
            estimator = own.checked("estimator", painter, f"estimator '{estimator}'")
    if isinstance(estimator, str):
        estimator = own.make("estimator", estimator)
    return painter, estimator


def check_own(wish: Wish) -> None:
    """Whether what a wish names of one's own is installed; nothing is imported or loaded.

    Raises:
        InputError: see `own.find`.
    """
    if isinstance(wish.painter, str):
        own.find("painter", wish.painter)
    if isinstance(wish.estimator, str):
        own.find("estimator", wish.estimator)


def world_of(painter: Any) -> Any:
    """The world that a painter looks at, if it can be drawn all around; else None."""
    world = getattr(painter, "world", None)
    return world if hasattr(world, "draw_equirectangular") else None


def _names(*parts: Any) -> str:
    return " and ".join(type(part).__name__ for part in parts if part is not None)
