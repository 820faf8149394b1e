"""Denoising together: every view is estimated, the estimates are fused, and every view steps from the fused one.

The loop knows arrays only. A `Denoiser` says what the clean views look like (Stable Diffusion, or a known answer in a
test), `Steps` how to come from one level of noise to the next (diffusers' schedulers, or `Ddim`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.joint.fusion import Fuse
from lucid3d.joint.overlaps import Floats

SETTLING = 8
"""Times that the last estimates are fused. A value carried to another view's grid and back has lost some of its finest
detail, so one fusion leaves the two apart by that; each further one takes most of what is left: white noise of each
view's own goes from 0.131 of its disagreement to 0.094, and keeps 0.86 of its strength instead of 0.88."""


class Denoiser(Protocol):
    """Predicts clean views."""

    def estimate(self, noisy: Floats, step: int, which: Sequence[int]) -> Floats:
        """The clean estimates x0 of some views.

        Args:
            noisy: (n, h, w, C) float32, as the steps hold them.
            step: counts from 0, the noisiest.
            which: the n indices of the views among all.
        Returns:
            (n, h, w, C) float32.
        """
        ...


class Steps(Protocol):
    """A sequence of noise levels and the way down it, for all views at once."""

    def __len__(self) -> int: ...

    def begin(self, noise: Floats) -> Floats:
        """Unit noise (V, h, w, C) as the first step holds it."""
        ...

    def noised(self, clean: Floats, noise: Floats, step: int) -> Floats:
        """Clean values (V, h, w, C) with the noise of a step's level, scaled as the steps hold them."""
        ...

    def step(self, noisy: Floats, clean: Floats, step: int, fresh: Callable[[], Floats]) -> Floats:
        """(V, h, w, C) from level `step` to the next, given the clean estimate; `fresh()` draws more noise of the same
        kind."""
        ...


@dataclass(frozen=True)
class Fixed:
    """What is known of some views, as a photograph or an earlier picture gives it.

    Attributes:
        clean: (V, h, w, C) float32, meaningful where known.
        known: (V, h, w) bool.
    """

    clean: Floats
    known: NDArray[np.bool_]

    def over(self, values: Floats) -> Floats:
        """`values` (V, h, w, C) with the known ones in place."""
        fixed: Floats = np.where(self.known[..., None], self.clean, values)
        return fixed


@dataclass(frozen=True)
class Redrawn:
    """Pictures that are changed rather than painted from nothing ("SDEdit", Meng et al. 2022; image-to-image).

    Attributes:
        clean: (V, h, w, C) float32, what they are now.
        step: the first step that is done: everything before it stays as it is in `clean`.
    """

    clean: Floats
    step: int


def denoise_together(
    denoiser: Denoiser,
    steps: Steps,
    draw: Callable[[], Floats],
    fuse: Fuse,
    *,
    fixed: Fixed | None = None,
    redrawn: Redrawn | None = None,
    on_step: Callable[[int], None] | None = None,
) -> Floats:
    """Denoise V views together.

    Args:
        denoiser: what estimates; views that are wholly known are never handed to it.
        steps: how the noise goes away.
        draw: returns (V, h, w, C) float32 unit noise, fresh at each call, shared by the views in their overlaps.
        fuse: makes the V estimates one (`fusion.Fusion`), or leaves them alone (`fusion.separate`).
        fixed: values that are known: at each step they are set to their noised truth, and never change.
        redrawn: begin with these under the noise of a later step; None for pure noise and the first one.
        on_step: told after each step; an exception from it ends the work.
    Returns:
        (V, h, w, C) float32: the last fused estimate.
    """
    noise = draw()
    first = redrawn.step if redrawn is not None else 0
    clean = np.zeros_like(noise)
    noisy = steps.noised(redrawn.clean, noise, first) if redrawn is not None else steps.begin(noise)
    active = [view for view in range(len(noise)) if fixed is None or not fixed.known[view].all()]
    for step in range(first, len(steps)):
        if fixed is not None:
            noisy = np.where(fixed.known[..., None], steps.noised(fixed.clean, noise, step), noisy)
        if active:
            clean[active] = denoiser.estimate(noisy[active], step, active)
        if fixed is not None:
            clean = fixed.over(clean)
        for _ in range(SETTLING if step == len(steps) - 1 else 1):
            clean = fuse(clean)
            if fixed is not None:
                clean = fixed.over(clean)
        noisy = steps.step(noisy, clean, step, draw)
        if on_step is not None:
            on_step(step)
    return clean


@dataclass(frozen=True)
class Ddim:
    """Deterministic steps of "Denoising Diffusion Implicit Models" (Song et al. 2021) in the clean estimate.

    Attributes:
        alphas: signal at each level, noisiest first; the noise is sqrt(1 - alpha^2), and the last step ends clean.
    """

    alphas: tuple[float, ...]

    @classmethod
    def cosine(cls, steps: int) -> Ddim:
        """`steps` levels of the cosine schedule (Nichol and Dhariwal 2021), from nearly pure noise."""
        return cls(tuple(float(np.cos(0.5 * np.pi * (1 - (i + 0.5) / steps))) for i in range(steps)))

    def __len__(self) -> int:
        return len(self.alphas)

    def begin(self, noise: Floats) -> Floats:
        """The state (V, h, w, C) of the first step."""
        return noise

    def noised(self, clean: Floats, noise: Floats, step: int) -> Floats:
        """Clean latents (V, h, w, C) with the noise of a step."""
        alpha = self.alphas[step]
        return np.asarray(alpha * clean + np.sqrt(1 - alpha**2) * noise, np.float32)

    def step(self, noisy: Floats, clean: Floats, step: int, fresh: Callable[[], Floats]) -> Floats:
        """The state (V, h, w, C) after a step (no fresh noise is drawn)."""
        alpha = self.alphas[step]
        following = self.alphas[step + 1] if step + 1 < len(self.alphas) else 1.0
        noise = (noisy - alpha * clean) / np.sqrt(1 - alpha**2)
        return np.asarray(following * clean + np.sqrt(1 - following**2) * noise, np.float32)
