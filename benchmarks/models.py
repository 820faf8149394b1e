"""What the diffusion family costs on this machine: seconds and memory of real-size networks with random weights.

    python benchmarks/models.py [--json FILE] [--dtype auto bfloat16] [--only NAME ...] [--repeats 2]

Weights do not change how long a network takes, so none are needed. Every network runs in a process of its own, through
its own library (diffusers, transformers); the least of the repeats counts. Each time also stands as a ratio to a fixed
piece of work, a product of two 2048 x 2048 float32 matrices, and as a share of the speed that
`lucid3d.families.diffusion.timing.measure_speed` finds; from that share comes its EFFICIENCY. On a machine that others
use as well, CPU seconds over threads say what a quiet one would need.

Compared with: the bar of 8 s for a step of Stable Diffusion 1.5 at 512 pixels (bfloat16, two cores).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

STEP_BAR = 8.0
"""Seconds a step of Stable Diffusion 1.5 at 512 pixels with guidance, in bfloat16 on two cores."""

SD_UNET: dict[str, Any] = {"cross_attention_dim": 768, "in_channels": 9}
SD_VAE: dict[str, Any] = {
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
}
SDXL_UNET: dict[str, Any] = {
    "in_channels": 9,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "block_out_channels": [320, 640, 1280],
    "attention_head_dim": [5, 10, 20],
    "transformer_layers_per_block": [1, 2, 10],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}


def randomised(network: Any, dtype: torch.dtype) -> Any:
    """A network built on the meta device, given memory and small random weights."""
    network = network.to(dtype).to_empty(device="cpu").eval()
    for tensor in (*network.parameters(), *network.buffers()):
        if tensor.is_floating_point():
            tensor.data.uniform_(-0.02, 0.02)
        else:
            tensor.data.zero_()
    return network


def unet(settings: dict[str, Any], size: int, passes: int) -> Callable[[torch.dtype], Callable[[], Any]]:
    """A denoising step: `passes` is 2 with guidance, which runs with and without the prompt at once."""

    def build(dtype: torch.dtype) -> Callable[[], Any]:
        from diffusers import UNet2DConditionModel

        with torch.device("meta"):
            network = UNet2DConditionModel.from_config(settings)
        network = randomised(network, dtype)
        latents = torch.randn(passes, settings["in_channels"], size // 8, size // 8, dtype=dtype)
        text = torch.randn(passes, 77, settings["cross_attention_dim"], dtype=dtype)
        extra = {}
        if "addition_embed_type" in settings:
            pooled, times = torch.randn(passes, 1280, dtype=dtype), torch.ones(passes, 6, dtype=dtype)
            extra = {"added_cond_kwargs": {"text_embeds": pooled, "time_ids": times}}
        return lambda: network(latents, torch.tensor(500), text, **extra)

    return build


def vae(decode: bool, size: int = 512) -> Callable[[torch.dtype], Callable[[], Any]]:
    """Encoding a picture to latents, or decoding latents to a picture."""

    def build(dtype: torch.dtype) -> Callable[[], Any]:
        from diffusers import AutoencoderKL

        with torch.device("meta"):
            network = AutoencoderKL.from_config(SD_VAE)
        network = randomised(network, dtype)
        if decode:
            latents = torch.randn(1, 4, size // 8, size // 8, dtype=dtype)
            return lambda: network.decode(latents)
        picture = torch.randn(1, 3, size, size, dtype=dtype)
        return lambda: network.encode(picture)

    return build


def zoedepth(dtype: torch.dtype) -> Callable[[], Any]:
    """ZoeD-NK at its own 384 x 512 pixels, one pass."""
    from transformers import BeitConfig, ZoeDepthConfig, ZoeDepthForDepthEstimation

    backbone = BeitConfig(
        image_size=384,
        patch_size=16,
        num_hidden_layers=24,
        hidden_size=1024,
        intermediate_size=4096,
        num_attention_heads=16,
        use_relative_position_bias=True,
        reshape_hidden_states=False,
        out_features=["stage6", "stage12", "stage18", "stage24"],
    )
    bins = [
        {"n_bins": 64, "min_depth": 1e-3, "max_depth": far, "name": name} for name, far in (("nyu", 10), ("kitti", 80))
    ]
    config = ZoeDepthConfig(
        backbone_config=backbone,
        bin_configurations=bins,
        num_patch_transformer_layers=4,
        patch_transformer_hidden_size=128,
        patch_transformer_intermediate_size=1024,
        patch_transformer_num_attention_heads=4,
    )
    network = ZoeDepthForDepthEstimation(config)
    network = network.to(dtype).eval()
    picture = torch.randn(1, 3, 384, 512, dtype=dtype)
    return lambda: network(pixel_values=picture)


def depth_anything(dtype: torch.dtype) -> Callable[[], Any]:
    """DepthAnything V2 small at 518 x 518 pixels."""
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

    backbone = Dinov2Config(
        image_size=518,
        patch_size=14,
        hidden_size=384,
        num_hidden_layers=12,
        num_attention_heads=6,
        out_features=["stage3", "stage6", "stage9", "stage12"],
        reshape_hidden_states=False,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=384,
        neck_hidden_sizes=[48, 96, 192, 384],
        fusion_hidden_size=64,
    )
    network = DepthAnythingForDepthEstimation(config).to(dtype).eval()
    picture = torch.randn(1, 3, 518, 518, dtype=dtype)
    return lambda: network(pixel_values=picture)


WORK: dict[str, tuple[str, Callable[[torch.dtype], Callable[[], Any]]]] = {
    "sd-512": ("SD 1.5, a step at 512, guidance", unet(SD_UNET, 512, 2)),
    "sd-512-lcm": ("SD 1.5, a step at 512, no guidance (LCM)", unet(SD_UNET, 512, 1)),
    "sd-256": ("SD 1.5, a step at 256, guidance", unet(SD_UNET, 256, 2)),
    "encode-512": ("VAE, encoding 512", vae(decode=False)),
    "decode-512": ("VAE, decoding 512", vae(decode=True)),
    "sdxl-512-lcm": ("SDXL, a step at 512, no guidance (LCM)", unet(SDXL_UNET, 512, 1)),
    "zoedepth": ("ZoeD-NK at 384 x 512, one pass", zoedepth),
    "depth-anything": ("DepthAnything V2 small at 518, one pass", depth_anything),
}
USUAL = [name for name in WORK if not name.startswith("sdxl")]


def measure(name: str, dtype_name: str, repeats: int) -> dict[str, Any]:
    """Run one network in this process. Returns seconds, gigabytes at the peak, operations and this machine's speed."""
    from lucid3d.families.diffusion.device import choose_dtype
    from lucid3d.families.diffusion.timing import measure_speed, operations

    cpu = torch.device("cpu")
    dtype = choose_dtype(dtype_name, cpu)
    run = WORK[name][1](dtype)
    seconds, busy, speeds, counted = [], [], [], 0.0
    for _ in range(repeats):
        speeds.append(measure_speed(cpu, dtype))
        began, began_busy = time.perf_counter(), time.process_time()
        counted = operations(run)
        seconds.append(time.perf_counter() - began)
        busy.append((time.process_time() - began_busy) / torch.get_num_threads())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "name": name,
        "dtype": str(dtype).removeprefix("torch."),
        "seconds": min(seconds),
        "cpu_seconds": min(busy),
        "peak_gigabytes": peak / 1e9,
        "teraflops": counted / 1e12,
        "speed_gigaflops": max(speeds) / 1e9,
    }


def matrix_seconds() -> float:
    """The fixed piece of work: a product of two 2048 x 2048 float32 matrices, least of ten."""
    a, b = torch.rand(2048, 2048), torch.rand(2048, 2048)
    best = float("inf")
    for _ in range(10):
        began = time.perf_counter()
        torch.mm(a, b)
        best = min(best, time.perf_counter() - began)
    return best


def scenes(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds of a whole 360-degree scene of 14 views at 512 pixels, out of the measured parts."""
    best: dict[str, float] = {}
    for row in rows:
        best[row["name"]] = min(best.get(row["name"], float("inf")), row["seconds"], row["cpu_seconds"])
    if not {"sd-512", "sd-512-lcm", "encode-512", "decode-512", "zoedepth", "depth-anything"} <= best.keys():
        return {}
    views, picture = 14, best["encode-512"] + best["decode-512"]
    return {
        "SD 1.5, 30 steps, ZoeDepth mirrored": views * (30 * best["sd-512"] + picture + 2 * best["zoedepth"]),
        "SD 1.5, LCM 4 steps, ZoeDepth mirrored": views * (4 * best["sd-512-lcm"] + picture + 2 * best["zoedepth"]),
        "SD 1.5, LCM 4 steps, DepthAnything once": views * (4 * best["sd-512-lcm"] + picture + best["depth-anything"]),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--dtype", nargs="+", default=["auto"], choices=["auto", "float32", "bfloat16"])
    parser.add_argument("--only", nargs="+", default=USUAL, choices=list(WORK))
    parser.add_argument("--repeats", type=int, default=2, help="runs of each; the least counts")
    parser.add_argument("--child", nargs=2, metavar=("NAME", "DTYPE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(*options.child, options.repeats)))
        return
    from lucid3d.families.diffusion.timing import duration

    rows = []
    for dtype in options.dtype:
        for name in options.only:
            command = [sys.executable, __file__, "--repeats", str(options.repeats), "--child", name, dtype]
            # Threads that wait must not count as busy.
            environment = os.environ | {"OMP_WAIT_POLICY": "passive"}
            answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            rows.append(json.loads(answer.stdout.splitlines()[-1]))
            row = rows[-1]
            print(
                f"{name}: {row['seconds']:.2f} s, CPU {row['cpu_seconds']:.2f} s a thread", file=sys.stderr, flush=True
            )
    fixed = matrix_seconds()
    table = Table(title=f"Real-size networks, random weights, {torch.get_num_threads()} threads")
    for column in (
        "Network",
        "dtype",
        "s",
        "CPU s / threads",
        "x matrix product",
        "peak GB",
        "Tflop",
        "share of probe",
    ):
        table.add_column(column, justify="left" if column in ("Network", "dtype") else "right")
    for row in rows:
        row["ratio"] = row["seconds"] / fixed
        row["share"] = row["teraflops"] * 1e3 / row["seconds"] / row["speed_gigaflops"]
        figures = (
            f"{row['seconds']:.2f}",
            f"{row['cpu_seconds']:.2f}",
            f"{row['ratio']:.0f}",
            f"{row['peak_gigabytes']:.1f}",
        )
        table.add_row(WORK[row["name"]][0], row["dtype"], *figures, f"{row['teraflops']:.2f}", f"{row['share']:.2f}")
    console = Console()
    console.print(table)
    console.print(f"2048 x 2048 float32 matrix product: {fixed * 1e3:.0f} ms")
    for row in rows:
        if row["name"] == "sd-512":
            seconds = min(row["seconds"], row["cpu_seconds"])
            console.print(f"bar: SD 1.5 at 512, at most {STEP_BAR:.0f} s a step; {row['dtype']}: {seconds:.1f} s")
    totals = scenes(rows)
    for name, seconds in totals.items():
        console.print(f"a 360-degree scene of 14 views at 512, {name}: {duration(seconds)}")
    if options.json:
        options.json.write_text(json.dumps({"matrix_seconds": fixed, "rows": rows, "scenes": totals}, indent=1) + "\n")


if __name__ == "__main__":
    main()
