"""How fast Gaussians are drawn and trained on this machine: every stage, at several sizes and thread counts.

    python benchmarks/rasterizer.py [--json FILE] [--repeats N]

Times are the least of many runs, in milliseconds, at 512x512. Because absolute times move with the machine, an
iteration is also given relative to a fixed piece of work, a 2048x2048 float32 matrix product in torch on the same
threads, timed in turn with it. The torch twin is timed on a workload that it can carry, the native kernels beside it.

OpenSplat (https://github.com/pierotofy/OpenSplat, AGPL, not included) can be timed on the same Gaussians: build its
CPU version, write them with `lucid3d.export` as a PLY, start it with `--resume` on a project of one 512x512 picture and
`-n 100`, and divide. Its rasteriser uses one thread. On 2 quiet cores it was measured at 82 + 73 ms (50,000 Gaussians,
forward + backward) and 314 + 216 ms (200,000).
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from rasterizer_workload import SIZE, look, surfels
from rich.console import Console
from rich.table import Table

from lucid3d.camera import Camera
from lucid3d.gaussians import TrainConfig, Trainer, TrainingView, kernels, rasterization, render
from lucid3d.gaussians.model import Gaussians

CONSOLE = Console(width=110)
MATRIX = 2048
STAGES = ("project", "sort", "forward", "backward", "loss", "update")


def least(work: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Least time of each piece of work in ms, taken in turns."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(repeats):
        for name, run in work.items():
            start = time.perf_counter()
            run()
            best[name] = min(best[name], (time.perf_counter() - start) * 1e3)
    return best


def stages(gaussians: Gaussians, threads: int, repeats: int) -> dict[str, float]:
    """Every stage of a training iteration, the iteration as the trainer runs it, and the matrix product."""
    camera = look()
    native = kernels.native()
    frame, loss = native.Frame(), native.ImageLoss()
    planes, view = kernels.pack(gaussians), kernels.view_of(camera)
    black = np.zeros(4, np.float32)
    image = np.empty((kernels.IMAGE_PLANES, SIZE, SIZE), np.float32)
    v_image = np.empty_like(image)
    known = np.ones((SIZE, SIZE), np.float32)
    gradients = np.empty_like(planes)
    count = len(gaussians)

    def project() -> None:
        frame.project(view, planes, count, sh_degree=0, channels=0, raw=True, threads=threads)

    project()
    frame.rasterize(black, image, threads)
    noise = np.random.default_rng(0).normal(0, 0.1, (3, SIZE, SIZE))
    target = np.clip(image[:3] + noise, 0, 1).astype(np.float32)

    trainer = Trainer(
        gaussians,
        [TrainingView(camera, np.ascontiguousarray(target.transpose(1, 2, 0)), np.ones((SIZE, SIZE), bool))],
        # learning so slowly that the workload stays the prototype's from the first repeat to the last
        TrainConfig(
            iterations=10**6, threads=threads, opaque_weight=0, depth_weight=0,
            eps2d=kernels.EPS2D, means_lr=0.02, quats_lr=2e-3, scales_lr=1e-2,
        ),
    )  # fmt: skip
    matrix = torch.rand(MATRIX, MATRIX)
    torch.set_num_threads(threads)
    return least(
        {
            "product": lambda: torch.mm(matrix, matrix),
            "project": project,
            "sort": lambda: frame.sort(threads),
            "forward": lambda: frame.rasterize(black, image, threads),
            "loss": lambda: loss(image, target, known, None, v_image, 0.8, 0.2, 0.0, 0.0, SIZE * SIZE, 1, threads),
            "backward": lambda: frame.rasterize_backward(black, image, v_image, False, threads),
            "update": lambda: frame.project_backward(planes, gradients, None, None, False, threads),
            "iteration": trainer.step,
        },
        repeats,
    )


def against_twin(repeats: int) -> dict[str, float]:
    """Forward and backward of 200 Gaussians at 64x64, through `rasterization`."""
    gaussians = surfels(200)
    camera = look().resized(64, 64)
    tensors = [
        torch.from_numpy(a)
        for a in (gaussians.means, gaussians.quats, gaussians.scales, gaussians.opacities, gaussians.colors)
    ]
    viewmat = torch.tensor(camera.camera_from_world, dtype=torch.float32)[None]
    K = torch.tensor(camera.intrinsics, dtype=torch.float32)[None]

    def run(backend: str) -> None:
        leaves = [t.clone().requires_grad_() for t in tensors]
        image, _, _ = rasterization(*leaves, viewmat, K, 64, 64, backend=backend)
        image.sum().backward()

    return least({"torch": lambda: run("torch"), "native": lambda: run("native")}, repeats)


def photograph(steps: int = 300, count: int = 20_000) -> tuple[float, float]:
    """PSNR before and after fitting flat Gaussians to a real photograph (scikit-learn's flower.jpg)."""
    from sklearn.datasets import load_sample_image

    picture = (load_sample_image("flower.jpg")[:420, :420] / 255).astype(np.float32)
    rng = np.random.default_rng(0)
    camera = Camera.from_fov(420, 420, 60)
    rows, columns = rng.integers(0, 420, count), rng.integers(0, 420, count)
    depth = np.full((420, 420), 2.0, np.float32)
    spacing = 2.0 / camera.fx * np.sqrt(420 * 420 / count)
    sh = (picture[rows, columns] - 0.5) / 0.28209479177387814
    gaussians = Gaussians(
        means=camera.unproject(depth)[rows, columns],
        quats=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        log_scales=np.tile(np.log([0.5 * spacing, 0.5 * spacing, 1e-3]).astype(np.float32), (count, 1)),
        logit_opacities=np.full(count, 1.0, np.float32),
        sh=sh[:, None].astype(np.float32),
    )

    def psnr(state: Gaussians) -> float:
        return float(-10 * np.log10(np.mean((np.clip(render(state, camera).image, 0, 1) - picture) ** 2)))

    # From random colours a loss of light that shines through would come before the picture: it has little weight.
    config = TrainConfig(
        iterations=steps, eps2d=kernels.EPS2D, means_lr=0.1, scales_lr=0.03, quats_lr=2e-3, sh_lr=0.02,
        opaque_weight=0.01, visible_only=False,
    )  # fmt: skip
    trainer = Trainer(gaussians, [TrainingView(camera, picture, np.ones((420, 420), bool))], config)
    while not trainer.done:
        trainer.step()
    return psnr(gaussians), psnr(trainer.gaussians)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--repeats", type=int, default=30)
    arguments = parser.parse_args()
    cores = kernels.native().default_threads()
    figures: dict[str, object] = {"instruction_set": kernels.native().instruction_set(), "cores": cores}
    CONSOLE.print(f"instruction set {figures['instruction_set']}, {cores} cores, 512x512, milliseconds (least)")

    table = Table("count", "threads", *STAGES, "sort+f+b", "step", "products")
    times: dict[str, dict[str, float]] = {}
    for count in (50_000, 200_000, 1_000_000):
        gaussians = surfels(count)
        for threads in sorted({1, 2, cores}):
            if threads > cores:
                continue
            t = stages(gaussians, threads, max(5, arguments.repeats * 50_000 // max(count, 50_000)))
            core = t["sort"] + t["forward"] + t["backward"]
            times[f"{count}/{threads}"] = t | {"sort+forward+backward": core}
            row = [f"{t[s]:.1f}" for s in STAGES]
            table.add_row(
                f"{count:,}",
                str(threads),
                *row,
                f"{core:.1f}",
                f"{t['iteration']:.1f}",
                f"{t['iteration'] / t['product']:.3f}",
            )
            gc.collect()
    CONSOLE.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    CONSOLE.print(f"'step': a whole training iteration; 'products': it in units of a {MATRIX}x{MATRIX} matrix product")
    CONSOLE.print(f"peak memory of this process, training 1 M Gaussians included: {peak:.2f} GB")
    twin = against_twin(max(3, arguments.repeats // 10))
    CONSOLE.print(
        f"200 Gaussians at 64x64, forward + backward through autograd: twin {twin['torch']:.1f} ms, "
        f"native {twin['native']:.2f} ms, {twin['torch'] / twin['native']:.0f} times"
    )
    before, after = photograph()
    CONSOLE.print(f"a photograph, 420x420, 20,000 flat Gaussians: {before:.1f} dB, after 300 steps {after:.1f} dB")
    figures |= {"milliseconds": times, "twin": twin, "peak_gb": peak, "photograph_db": [before, after]}
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
