"""Many views at once: how well they agree, how near they are to the truth, what the noise is like, what it costs.

    python benchmarks/joint.py [--json FILE] [--draws 1000] [--zoom]

Eight views of 90 degrees around a sphere of known values are denoised with a denoiser whose answer is known: each
view's true image plus an error of its own, of root mean square 0.3. Compared with: the same denoiser view by view. The
errors are a tone (each channel off by a constant) or noise, smoothed over some pixels. Figures of agreement are shares
of what independent denoising leaves; errors are root mean squares. White noise is the hardest: interpolation carries
it badly from one grid of pixels to another. `--zoom` goes on with benchmarks/zoom.py.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from lucid3d.joint.fusion import Fusion, centre_weights, disagreement, fusion, separate
from lucid3d.joint.noise import SphereNoise
from lucid3d.joint.overlaps import turned_overlaps
from lucid3d.joint.ring import RING, ring_cameras
from lucid3d.joint.sampling import Ddim, denoise_together

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.joint.known_answer import CHANNELS, KnownAnswer, own_errors, true_views

SIZE = 64
"""Latents a side of a picture of 512 pixels."""

STEPS = 10
KINDS = ("tone", "8", "2", "1", "0")
NOISE_SIZE = 16
"""Latents a side for the statistics of many draws."""


@dataclass
class Agreement:
    """One kind of error."""

    error: str
    overlaps: float
    closing: float
    best_single: float
    worst_joint: float


@dataclass
class NoiseFacts:
    """Many draws of noise on the sphere, beside what chance allows for that many."""

    draws: int
    mean: float
    variance: float
    within: float
    within_expected: float
    sharing: float
    exact: float


def agreement(kind: str, sphere: SphereNoise) -> Agreement:
    """Joint against independent denoising for one kind of error."""
    cameras = ring_cameras(SIZE)
    overlaps, truth = turned_overlaps(cameras), true_views(cameras)
    closing = [each for each in overlaps if {each.target, each.source} == {0, RING - 1}]
    denoiser = KnownAnswer(truth, own_errors(RING, SIZE, kind))
    rng = np.random.default_rng(0)
    results = [
        denoise_together(denoiser, Ddim.cosine(STEPS), lambda: sphere.draw(rng, CHANNELS), fuse)
        for fuse in (separate, fusion(overlaps, RING, (SIZE, SIZE)))
    ]
    alone, together = results
    off = [np.sqrt(((views - truth) ** 2).mean(axis=(1, 2, 3))) for views in results]
    return Agreement(
        error=kind if kind == "tone" else f"noise over {kind} px" if kind != "0" else "white noise",
        overlaps=disagreement(together, overlaps) / disagreement(alone, overlaps),
        closing=disagreement(together, closing) / disagreement(alone, closing),
        best_single=float(off[0].min()),
        worst_joint=float(off[1].max()),
    )


def noise_facts(draws: int) -> NoiseFacts:
    """Mean, variance, whiteness and sharing over many draws."""
    sphere = SphereNoise.over(ring_cameras(NOISE_SIZE))
    rng = np.random.default_rng(1)
    values = sphere.draw(rng, draws).reshape(-1, draws).astype(np.float64)
    pixels = NOISE_SIZE**2
    stated = (sphere.weights @ sphere.weights.T).toarray()
    within, sharing, exact = [], [], []
    for view in range(RING):
        own = slice(view * pixels, (view + 1) * pixels)
        following = slice((view + 1) % RING * pixels, ((view + 1) % RING + 1) * pixels)
        correlation = values[own] @ values[own].T / draws
        within.append((correlation[~np.eye(pixels, dtype=bool)] ** 2).mean())
        sharing.append(np.abs(values[own] @ values[following].T / draws - stated[own, following]).max())
        exact.append(np.abs(stated[own, own] - np.eye(pixels)).max())
    return NoiseFacts(
        draws,
        float(np.abs(values.mean(axis=1)).max()),
        float(np.abs(values.var(axis=1) - 1).max()),
        float(np.mean(within)),
        1 / draws,
        float(np.max(sharing)),
        float(np.max(exact)),
    )


def detail_kept() -> dict[str, float]:
    """The strength that white detail of every view's own keeps, with the usual fusion and with a plain average."""
    overlaps = turned_overlaps(ring_cameras(SIZE))
    detail = own_errors(RING, SIZE, "0", amount=1.0)
    weights = np.repeat(centre_weights(SIZE, SIZE)[None], RING, axis=0)
    return {
        "two bands": float(fusion(overlaps, RING, (SIZE, SIZE))(detail).std()),
        "plain average": float(Fusion(overlaps, weights, band=0.0)(detail).std()),
    }


def seconds(sphere: SphereNoise) -> dict[str, float]:
    """CPU seconds of what joint denoising adds, best of three."""
    cameras = ring_cameras(SIZE)
    fuse = fusion(turned_overlaps(cameras), RING, (SIZE, SIZE))
    values = own_errors(RING, SIZE, "2")
    work = {
        "laying the views over the sphere, once": lambda: SphereNoise.over(cameras),
        "drawing noise": lambda: sphere.draw(np.random.default_rng(0), CHANNELS),
        "fusing, each step": lambda: fuse(values),
    }
    found = {}
    for name, run in work.items():
        times = []
        for _ in range(3):
            began = time.process_time()
            run()
            times.append(time.process_time() - began)
        found[name] = min(times)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--zoom", action="store_true", help="then print what benchmarks/zoom.py measures")
    options = parser.parse_args()
    console = Console()
    sphere = SphereNoise.over(ring_cameras(SIZE))

    rows = [agreement(kind, sphere) for kind in KINDS]
    table = Table(title="A known answer with an error of 0.3 in each view")
    for name in ("error", "overlaps, of independent", "closing overlap", "best single view", "worst joint view"):
        table.add_column(name, justify="left" if name == "error" else "right")
    for row in rows:
        table.add_row(
            row.error,
            f"{row.overlaps:.3f}",
            f"{row.closing:.3f}",
            f"{row.best_single:.3f}",
            f"{row.worst_joint:.3f}",
        )
    console.print(table)

    noise = noise_facts(options.draws)
    table = Table(title=f"Noise on the sphere, {noise.draws} draws, eight views of {NOISE_SIZE} x {NOISE_SIZE}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    spread = 1 / np.sqrt(noise.draws)
    table.add_row("largest |mean| of a pixel, in standard errors", f"{noise.mean / spread:.2f}")
    table.add_row("largest |variance - 1|, in standard errors", f"{noise.variance / (np.sqrt(2) * spread):.2f}")
    table.add_row("mean square correlation within a view, of chance", f"{noise.within / noise.within_expected:.3f}")
    table.add_row("largest |correlation - stated| across views, in standard errors", f"{noise.sharing / spread:.2f}")
    table.add_row("exact covariance within a view, off the identity", f"{noise.exact:.1e}")
    console.print(table)

    kept, cost = detail_kept(), seconds(sphere)
    table = Table(title="Detail that fusing keeps, and CPU seconds")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in kept.items():
        table.add_row(f"white detail, {name}", f"{value:.3f}")
    for name, value in cost.items():
        table.add_row(name, f"{value:.3f} s")
    console.print(table)
    if options.json:
        facts = {"agreement": [asdict(row) for row in rows], "noise": asdict(noise), "detail": kept, "seconds": cost}
        options.json.write_text(json.dumps(facts, indent=1))
    if options.zoom:
        subprocess.run([sys.executable, Path(__file__).with_name("zoom.py")], check=True)


if __name__ == "__main__":
    main()
