"""The painter on tiny checkpoints: every kind of checkpoint, its options, and what is done about bad pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.base import Painter, Repainter
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter, cut_text
from tests.families import tiny_parts

Checkpoint = Callable[[str], str]
CAMERA = Camera.from_fov(64, 64, 90)


def picture(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A smooth colourful picture, and a mask that knows its left half but for a thin crack."""
    y, x = np.mgrid[0:64, 0:64] / 64.0
    image = np.stack([x, y, 0.5 + 0.3 * np.sin(6 * x + seed)], axis=-1).astype(np.float32)
    known = np.zeros((64, 64), bool)
    known[:, :32] = True
    known[:, 11] = False
    return image, known


def painter(checkpoint: Checkpoint, name: str, **options: Any) -> DiffusionPainter:
    settings = {"steps": 2, "retries": 0, "safety_checker": False} | options
    config = ModelsConfig(inpainting=checkpoint(name), depth=checkpoint("zoe-n"), **settings)
    return DiffusionPainter(config)


@pytest.mark.parametrize("name", ["sd-inpaint", "sd", "sdxl-inpaint", "sdxl"])
def test_paints_and_keeps_known_pixels(checkpoint: Checkpoint, name: str) -> None:
    image, known = picture()
    it = painter(checkpoint, name)
    assert isinstance(it, Painter)
    first = it.imagine("a lake", CAMERA, seed=3)
    filled = it.inpaint(image, known, "a lake", CAMERA, seed=3)
    for result in (first, filled):
        assert result.shape == (64, 64, 3)
        assert result.dtype == np.float32
        assert result.min() >= 0 and result.max() <= 1
        assert result.std() > 0.02
    assert np.array_equal(filled[known], image[known])
    assert np.abs(filled - image)[~known].mean() > 0.02


def test_same_seed_same_bytes_and_another_seed_another_picture(checkpoint: Checkpoint) -> None:
    image, known = picture()
    first, again = painter(checkpoint, "sd-inpaint"), painter(checkpoint, "sd-inpaint")
    a = first.inpaint(image, known, "a lake", CAMERA, seed=5)
    assert a.tobytes() == first.inpaint(image, known, "a lake", CAMERA, seed=5).tobytes()
    assert a.tobytes() == again.inpaint(image, known, "a lake", CAMERA, seed=5).tobytes()
    other = first.inpaint(image, known, "a lake", CAMERA, seed=6)
    assert np.abs(a - other)[~known].mean() > 0.005


def test_what_lies_in_the_unknown_part_does_not_matter(checkpoint: Checkpoint) -> None:
    image, known = picture()
    it = painter(checkpoint, "sd-inpaint")
    clean = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    dirty = np.where(known[..., None], image, np.nan).astype(np.float32)
    assert np.array_equal(it.inpaint(dirty, known, "a lake", CAMERA, seed=1), clean)


@pytest.mark.parametrize("name", ["sd-inpaint", "sd"])
def test_what_is_coarse_is_painted_again_with_itself_for_a_guide(checkpoint: Checkpoint, name: str) -> None:
    image, known = picture()
    fine = known.copy()
    fine[32:] = False
    it = painter(checkpoint, name, steps=5)
    assert isinstance(it, Repainter)
    again = it.repaint(image, known, fine, "a lake", CAMERA, seed=1)
    coarse = known & ~fine
    assert np.array_equal(again[fine], image[fine])
    assert not np.array_equal(again[coarse], image[coarse])
    # a guide: nearer to what was there than what is painted from nothing
    freely = it.inpaint(image, fine, "a lake", CAMERA, seed=1)
    assert np.abs(again - image)[coarse].mean() < np.abs(freely - image)[coarse].mean()
    assert np.array_equal(it.repaint(image, known, known, "a lake", CAMERA, seed=1)[known], image[known])


def test_everything_known_needs_no_network(checkpoint: Checkpoint) -> None:
    image, _ = picture()
    it = painter(checkpoint, "sd-inpaint")
    assert np.array_equal(it.inpaint(image, np.ones((64, 64), bool), "a lake", CAMERA, seed=1), image)
    assert it._inpainting is None


@pytest.mark.parametrize("scheduler", ["ddim", "dpm++", "euler", "euler-a", "unipc", "lcm"])
def test_every_scheduler_paints(checkpoint: Checkpoint, scheduler: str) -> None:
    image, known = picture()
    it = painter(checkpoint, "sd-inpaint", scheduler=scheduler, guidance=1.0, steps=3)
    filled = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert np.isfinite(filled).all() and filled[~known].std() > 0.02


def test_prompt_negative_prompt_and_guidance_reach_the_network(checkpoint: Checkpoint) -> None:
    image, known = picture()
    it = painter(checkpoint, "sd-inpaint")
    base = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert not np.array_equal(base, it.inpaint(image, known, "a forest", CAMERA, seed=1))
    assert not np.array_equal(base, it.inpaint(image, known, "a lake", CAMERA, negative_prompt="people", seed=1))
    stronger = painter(checkpoint, "sd-inpaint", guidance=30.0)
    assert not np.array_equal(base, stronger.inpaint(image, known, "a lake", CAMERA, seed=1))


def test_a_camera_looking_down_is_prompted_for_the_ground(checkpoint: Checkpoint) -> None:
    down = CAMERA.at(yaw_pitch(0, -80))
    adapted = painter(checkpoint, "sd-inpaint").imagine("a lake", down, seed=1)
    plain = painter(checkpoint, "sd-inpaint", prompt_down="{prompt}").imagine("a lake", down, seed=1)
    same = painter(checkpoint, "sd-inpaint", prompt_down="{prompt}").imagine("a lake", CAMERA, seed=1)
    assert not np.array_equal(adapted, plain)
    assert np.array_equal(plain, same)


def test_strength_below_one_starts_from_the_prefill(checkpoint: Checkpoint) -> None:
    image, known = picture()
    weak = painter(checkpoint, "sd-inpaint", strength=0.5, steps=4).inpaint(image, known, "a lake", CAMERA, seed=1)
    full = painter(checkpoint, "sd-inpaint", steps=4).inpaint(image, known, "a lake", CAMERA, seed=1)
    assert not np.array_equal(weak, full)


def test_controlnet_guides_a_text_to_image_checkpoint(checkpoint: Checkpoint) -> None:
    image, known = picture()
    control = checkpoint("controlnet")
    results = [
        painter(checkpoint, "sd", controlnet=control, controlnet_scale=scale).inpaint(image, known, "x", CAMERA, seed=1)
        for scale in (0.0, 1.0)
    ]
    assert np.array_equal(results[0][known], image[known])
    assert not np.array_equal(results[0], results[1])
    first = painter(checkpoint, "sd", controlnet=control).imagine("x", CAMERA, seed=1)
    assert first.std() > 0.02


def test_controlnet_with_an_inpainting_checkpoint_is_refused(checkpoint: Checkpoint) -> None:
    it = painter(checkpoint, "sd-inpaint", controlnet=checkpoint("controlnet"))
    with pytest.raises(InputError, match=r"9 channels.*leave diffusion.controlnet empty"):
        it.imagine("x", CAMERA, seed=1)


def test_the_first_view_can_come_from_a_checkpoint_of_its_own(checkpoint: Checkpoint) -> None:
    it = painter(checkpoint, "sd-inpaint", text_to_image=checkpoint("sd"))
    own = it.imagine("a lake", CAMERA, seed=2)
    assert np.array_equal(own, painter(checkpoint, "sd").imagine("a lake", CAMERA, seed=2))
    assert it._inpainting is None  # freed, and the other not read before it is needed


def test_an_inpainting_checkpoint_for_text_to_image_is_refused(checkpoint: Checkpoint) -> None:
    it = painter(checkpoint, "sd", text_to_image=checkpoint("sd-inpaint"))
    with pytest.raises(InputError, match=r"leave diffusion\.text_to_image empty"):
        it.imagine("a lake", CAMERA, seed=2)


def test_a_text_to_image_checkpoint_for_inpainting_is_said_to_leave_seams(
    checkpoint: Checkpoint, caplog: pytest.LogCaptureFixture
) -> None:
    image, known = picture()
    with caplog.at_level(logging.WARNING):
        painter(checkpoint, "sd").inpaint(image, known, "a lake", CAMERA, seed=1)
    assert "not trained to inpaint" in caplog.text and "diffusion.controlnet" in caplog.text


def test_a_single_file_paints_what_its_folder_paints(checkpoint: Checkpoint) -> None:
    from pathlib import Path

    image, known = picture()
    file = checkpoint("sd-file")
    folder = str(Path(file).parent / "source")
    config = {"depth": checkpoint("zoe-n"), "steps": 2, "safety_checker": False}
    from_file = DiffusionPainter(ModelsConfig(inpainting=file, base_config=folder, **config))
    from_folder = DiffusionPainter(ModelsConfig(inpainting=folder, **config))
    a = from_file.inpaint(image, known, "a lake", CAMERA, seed=1)
    b = from_folder.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert np.abs(a - b).max() < 1e-5


def test_a_single_file_says_what_it_lacks(checkpoint: Checkpoint, empty_cache: Any) -> None:
    alone = painter(checkpoint, "sd-file")
    with pytest.raises(InputError, match="name a diffusers folder"):
        alone.imagine("x", CAMERA, seed=1)
    wrong = painter(checkpoint, "sd-file", base_config=checkpoint("sd"))
    with pytest.raises(InputError, match=r"takes 9 channels and diffusion.base_config .* describes 4"):
        wrong.imagine("x", CAMERA, seed=1)


def test_half_precision_files_are_read_as_such(checkpoint: Checkpoint) -> None:
    image, known = picture()
    filled = painter(checkpoint, "sd-fp16").inpaint(image, known, "a lake", CAMERA, seed=1)
    assert filled[~known].std() > 0.02


def test_pickled_weights_are_refused_unless_allowed(checkpoint: Checkpoint) -> None:
    image, known = picture()
    with pytest.raises(InputError, match=r"pickle.*diffusion.allow_pickle"):
        painter(checkpoint, "sd-pickled")
    filled = painter(checkpoint, "sd-pickled", allow_pickle=True).inpaint(image, known, "a lake", CAMERA, seed=1)
    assert np.array_equal(filled, painter(checkpoint, "sd-inpaint").inpaint(image, known, "a lake", CAMERA, seed=1))


def test_sizes_that_latents_cannot_have_and_a_working_size(checkpoint: Checkpoint) -> None:
    camera = Camera.from_fov(75, 51, 80)
    image, known = np.full((51, 75, 3), 0.4, np.float32), np.zeros((51, 75), bool)
    image[..., 0] += np.linspace(0, 0.5, 75, dtype=np.float32)
    known[:, :40] = True
    for options in ({}, {"image_size": 64}):
        it = painter(checkpoint, "sd-inpaint", **options)
        assert all(side % 8 == 0 for side in it.working_size(camera))
        filled = it.inpaint(image, known, "a lake", camera, seed=1)
        assert filled.shape == image.shape
        assert np.array_equal(filled[known], image[known])
        assert it.imagine("a lake", camera, seed=1).shape == image.shape
    assert painter(checkpoint, "sd-inpaint", image_size=64).working_size(camera) == (96, 64)


def test_progress_counts_steps_and_an_exception_in_it_cancels(checkpoint: Checkpoint) -> None:
    image, known = picture()
    seen: list[tuple[str, int, int]] = []
    it = painter(checkpoint, "sd-inpaint", steps=4)
    it.progress = lambda *event: seen.append(event)
    whole = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert [event for event in seen if event[0] == "painting"] == [("painting", step, 4) for step in (1, 2, 3, 4)]

    class Stopped(Exception):
        pass

    def stop(what: str, step: int, steps: int) -> None:
        if what == "painting" and step == 2:
            raise Stopped

    it.progress = stop
    with pytest.raises(Stopped):
        it.inpaint(image, known, "a lake", CAMERA, seed=1)
    it.progress = None
    assert np.array_equal(it.inpaint(image, known, "a lake", CAMERA, seed=1), whole)


def break_decoder(it: DiffusionPainter, value: float, times: int) -> None:
    """Make the VAE's decoder answer with one value everywhere, the first `times` times."""
    pipeline = it._load("inpainting")
    decode, left = pipeline.vae.decode, [times]

    def broken(*arguments: Any, **options: Any) -> Any:
        result = decode(*arguments, **options)
        if left[0] > 0:
            left[0] -= 1
            for tensor in result if isinstance(result, tuple) else (result.sample,):
                tensor.fill_(value)
        return result

    pipeline.vae.decode = broken


@pytest.mark.parametrize(
    ("value", "words"), [(float("nan"), "not numbers"), (-1.0, "is black"), (0.3, "one single colour")]
)
def test_a_broken_picture_is_painted_again_with_another_seed(
    checkpoint: Checkpoint, value: float, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    image, known = picture()
    good = painter(checkpoint, "sd-inpaint").inpaint(image, known, "a lake", CAMERA, seed=1)
    it = painter(checkpoint, "sd-inpaint", retries=1)
    break_decoder(it, value, times=1)
    with caplog.at_level(logging.WARNING):
        retried = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert words in caplog.text
    assert retried[~known].std() > 0.02
    assert not np.array_equal(retried, good)  # another seed
    break_decoder(it, value, times=2)
    with pytest.raises(InputError, match=rf"{words}.*2 seeds"):
        it.inpaint(image, known, "a lake", CAMERA, seed=1)


def test_a_censored_picture_is_painted_again_then_reported(checkpoint: Checkpoint) -> None:
    image, known = picture()
    it = painter(checkpoint, "sd-inpaint", retries=1)
    pipeline = it._load("inpainting")
    calls = []

    def censor(image: Any, device: Any, dtype: Any) -> tuple[Any, list[bool]]:
        calls.append(1)
        return image, [True]

    pipeline.run_safety_checker = censor
    with pytest.raises(InputError, match=r"safety checker \(2 seeds\): change the prompt"):
        it.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert len(calls) == 2


def test_running_out_of_memory_comes_with_advice(checkpoint: Checkpoint) -> None:
    import torch

    image, known = picture()
    it = painter(checkpoint, "sd-inpaint", dtype="float32")
    pipeline = it._load("inpainting")

    def full(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    whole, pipeline.unet.forward = pipeline.unet.forward, full
    with pytest.raises(InputError, match=r"out of memory on cpu at 64x64: .*diffusion.dtype to bfloat16"):
        it.inpaint(image, known, "a lake", CAMERA, seed=1)
    pipeline.unet.forward = whole
    it.inpaint(image, known, "a lake", CAMERA, seed=1)


def test_networks_are_read_once_and_freed(checkpoint: Checkpoint) -> None:
    image, known = picture()
    it = painter(checkpoint, "sd-inpaint")
    before = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    networks = it._inpainting
    it.imagine("a lake", CAMERA, seed=1)
    assert it._inpainting is networks
    it.close()
    assert it._inpainting is None
    assert np.array_equal(it.inpaint(image, known, "a lake", CAMERA, seed=1), before)


def test_what_the_text_encoder_does_not_read_is_said_once(
    checkpoint: Checkpoint, caplog: pytest.LogCaptureFixture
) -> None:
    image, known = picture()
    words = " ".join(["lake"] * 80) + " end"
    it = painter(checkpoint, "sd-inpaint")
    with caplog.at_level(logging.WARNING):
        it.inpaint(image, known, words, CAMERA, seed=1)
        it.inpaint(image, known, words, CAMERA, seed=2)
    told = [record.getMessage() for record in caplog.records if "longer than 77 tokens" in record.getMessage()]
    assert len(told) == 1
    assert told[0].endswith('lake lake lake lake lake end"')


def test_cut_text_is_empty_up_to_the_limit() -> None:
    tokenizer = tiny_parts.clip_tokenizer()
    assert cut_text(tokenizer, " ".join(["lake"] * 75)) == ""
    assert cut_text(tokenizer, " ".join(["lake"] * 77)) == "lake lake"


def test_bfloat16_on_the_cpu(checkpoint: Checkpoint) -> None:
    image, known = picture()
    exact = painter(checkpoint, "sd-inpaint", dtype="float32").inpaint(image, known, "a lake", CAMERA, seed=1)
    rough = painter(checkpoint, "sd-inpaint", dtype="bfloat16").inpaint(image, known, "a lake", CAMERA, seed=1)
    assert np.array_equal(rough[known], image[known])
    assert 0 < np.abs(exact - rough).mean() < 0.05


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "float16"}, "float16 needs a GPU"),
        ({"offload": "model"}, "needs a CUDA GPU"),
        ({"device": "cuda:7"}, "is not there on this machine"),
        ({"device": "toaster"}, "must be auto, cpu"),
        ({"strength": 0.2, "steps": 4}, "leaves no step"),
        ({"steps": -1}, "must not be negative"),
        ({"guidance": float("nan")}, "must not be negative"),
    ],
)
def test_settings_that_cannot_work(checkpoint: Checkpoint, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        painter(checkpoint, "sd-inpaint", **options).imagine("x", CAMERA, seed=1)


def test_shapes_that_do_not_fit_the_camera(checkpoint: Checkpoint) -> None:
    with pytest.raises(InputError, match=r"\(32, 64, 3\)"):
        painter(checkpoint, "sd-inpaint").inpaint(
            np.zeros((32, 64, 3), np.float32), np.zeros((32, 64), bool), "x", CAMERA, seed=1
        )


def test_weights_that_would_fill_the_memory_as_float32_take_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from lucid3d.families.diffusion import device

    cpu = torch.device("cpu")
    monkeypatch.setattr(device, "cpu_computes_bfloat16", lambda: False)
    monkeypatch.setattr(device, "total_memory", lambda: 8_000_000_000)
    assert device.choose_dtype("auto", cpu, float32_bytes=3_900_000_000) == torch.float32
    assert device.choose_dtype("auto", cpu, float32_bytes=4_100_000_000) == torch.bfloat16
    monkeypatch.setattr(device, "cpu_computes_bfloat16", lambda: True)
    assert device.choose_dtype("auto", cpu) == torch.bfloat16
    assert device.total_memory() > 0


@pytest.mark.cuda
@pytest.mark.parametrize("offload", ["none", "model", "sequential"])
def test_on_a_gpu(checkpoint: Checkpoint, offload: str) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA GPU")
    image, known = picture()
    it = painter(checkpoint, "sd-inpaint", offload=offload)
    assert it.device.type == "cuda"
    filled = it.inpaint(image, known, "a lake", CAMERA, seed=1)
    assert np.array_equal(filled[known], image[known]) and filled[~known].std() > 0.02
    it.close()
