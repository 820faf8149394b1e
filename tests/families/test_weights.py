"""What is on disk and whether it is whole; which family is chosen from that; how it is said."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.families.base import Uses
from lucid3d.families.choose import choose_models
from lucid3d.families.config import ModelsConfig, lora_name
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.catalogue import catalogue, entry, painting
from lucid3d.families.diffusion.commands import download, list_models, models_on_disk, offer_download
from lucid3d.families.diffusion.presets import LCM_LORAS, with_preset, with_quality
from tests.families import tiny

Checkpoint = Callable[[str], str]


@pytest.mark.parametrize(
    "name", ["sd-inpaint", "sd-file", "sdxl", "controlnet", "zoe-nk", "anything", "blip", "sd-fp16"]
)
def test_whole_checkpoints_are_complete(checkpoint: Checkpoint, name: str) -> None:
    found = weights.inspect(checkpoint(name))
    assert found.complete, found.missing
    assert found.size > 10_000
    assert found.variant == ("fp16" if name == "sd-fp16" else "")
    assert found.require() == Path(checkpoint(name))


@pytest.mark.parametrize(
    ("file", "missing"),
    [
        ("unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.safetensors"),
        ("vae/config.json", "vae/config.json"),
        ("scheduler/scheduler_config.json", "scheduler/scheduler_config.json"),
        ("text_encoder/model.safetensors", "text_encoder/model.safetensors"),
        ("model_index.json", "model_index.json or config.json"),
    ],
)
def test_a_missing_file_is_named(checkpoint: Checkpoint, tmp_path: Path, file: str, missing: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoint("sd-inpaint"), folder)
    (folder / file).unlink()
    found = weights.inspect(str(folder))
    assert not found.complete and found.missing == (missing,)
    with pytest.raises(InputError, match="incomplete"):
        found.require()


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_half_downloaded_file_is_recognised(checkpoint: Checkpoint, tmp_path: Path, keep: int) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoint("zoe-n"), folder)
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:keep])
    found = weights.inspect(str(folder))
    assert not found.complete
    assert "cut short or corrupt" in found.explain()


def test_a_corrupt_header_and_a_web_page_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes((20).to_bytes(8, "little") + b"{not json at all....")
    assert "corrupt" in weights.safetensors_problem(file)
    file.write_bytes(b"<html>Please log in</html>")
    assert "corrupt" in weights.safetensors_problem(file)
    with pytest.raises(InputError, match="corrupt"):
        weights.inspect(str(file)).require()


def test_shards_are_counted(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from transformers import AutoModelForDepthEstimation

    folder = tmp_path / "sharded"
    shutil.copytree(checkpoint("anything"), folder)
    network = AutoModelForDepthEstimation.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    network.save_pretrained(folder, max_shard_size="60KB")
    shards = sorted(folder.glob("model-*.safetensors"))
    assert len(shards) > 1
    assert weights.inspect(str(folder)).complete
    shards[1].unlink()
    assert weights.inspect(str(folder)).missing == (shards[1].name,)


def test_the_hubs_cache(checkpoint: Checkpoint, empty_cache: Path) -> None:
    name = "somebody/sd-inpaint"
    assert weights.inspect(name).path is None
    assert weights.cached_models() == []
    snapshot = tiny.as_hub_cache(Path(checkpoint("sd-inpaint")), empty_cache, name)
    found = weights.inspect(name)
    assert found.complete and found.path == snapshot and found.place == "hub"
    assert weights.cached_models() == [name]
    # A download in progress: the snapshot links to blobs that are not there yet.
    (snapshot / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    (snapshot / "unet" / "diffusion_pytorch_model.safetensors").symlink_to("../../../blobs/nowhere")
    assert "unet/diffusion_pytorch_model.safetensors" in weights.inspect(name).missing


def test_a_download_that_had_only_begun(empty_cache: Path) -> None:
    blobs = empty_cache / "models--somebody--thing" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc.incomplete").write_bytes(b"123")
    found = weights.inspect("somebody/thing")
    assert found.path is not None and not found.complete


def test_the_safety_checker_is_only_needed_when_used(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoint("sd-inpaint"), folder)
    tiny.edit_json(folder / "model_index.json", safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"])
    assert not weights.inspect(str(folder)).complete
    assert weights.inspect(str(folder), safety_checker=False).complete


@pytest.mark.parametrize("name", ["nonsense", "a b/c", "", " ", "too/many/parts"])
def test_names_that_cannot_be_models(name: str) -> None:
    with pytest.raises(InputError, match='like "owner/model"'):
        weights.inspect(name)


def test_paths_that_are_not_there() -> None:
    for name in ("./nowhere", "/nowhere/model", "model.safetensors", "nowhere/model.safetensors"):
        found = weights.inspect(name)
        assert found.path is None and found.fetch_command == ""
        with pytest.raises(InputError, match="check the path"):
            found.require()


def configured(checkpoint: Checkpoint, **options: str) -> ModelsConfig:
    settings = {"inpainting": checkpoint("sd-inpaint"), "depth": checkpoint("zoe-n")} | options
    return ModelsConfig(**settings)  # type: ignore[arg-type]


def test_auto_takes_diffusion_when_all_is_there(checkpoint: Checkpoint) -> None:
    choice = choose_models("auto", configured(checkpoint))
    assert choice.family == "diffusion" and choice.missing == ()
    assert choose_models("diffusion", configured(checkpoint)).family == "diffusion"
    assert choose_models("procedural", configured(checkpoint)).family == "procedural"


def test_auto_falls_back_and_says_why_in_one_line(empty_cache: Path) -> None:
    config = ModelsConfig()
    choice = choose_models("auto", config)
    assert choice.family == "procedural"
    assert choice.missing == (config.inpainting, config.depth)
    assert "\n" not in choice.reason
    assert f"lucid3d models download {config.inpainting} {config.depth}" in choice.reason
    with pytest.raises(InputError, match=f"lucid3d models download {config.inpainting} {config.depth}"):
        choose_models("diffusion", config)


def test_the_captioner_counts_when_a_caption_is_needed(checkpoint: Checkpoint, empty_cache: Path) -> None:
    config = configured(checkpoint)
    assert choose_models("auto", config).family == "diffusion"
    assert choose_models("auto", config, Uses(captioner=True)).missing == (config.captioner,)
    assert (
        choose_models("auto", configured(checkpoint, captioner=checkpoint("blip")), Uses(captioner=True)).family
        == "diffusion"
    )


def test_pickled_weights_do_not_count_for_auto(checkpoint: Checkpoint) -> None:
    choice = choose_models("auto", configured(checkpoint, inpainting=checkpoint("sd-pickled")))
    assert choice.family == "procedural" and "allow_pickle" in choice.reason
    with pytest.raises(InputError, match="pickle"):
        choose_models("diffusion", configured(checkpoint, inpainting=checkpoint("sd-pickled")))


def test_an_unknown_family() -> None:
    with pytest.raises(InputError, match="auto, diffusion, procedural"):
        choose_models("magic", ModelsConfig())


def test_missing_weights_are_answered_fast_without_heavy_imports(empty_cache: Path) -> None:
    program = (
        "import sys\n"
        "from lucid3d.families.choose import choose_models\n"
        "from lucid3d.families.config import ModelsConfig\n"
        "print(choose_models('auto', ModelsConfig()).reason)\n"
        "print([m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.splitlines()[1] == "[]"
    assert "procedural models, because" in answer.stdout


def test_lora_names() -> None:
    assert lora_name("a/b") == ("a/b", 1.0)
    assert lora_name("a/b:0.7") == ("a/b", 0.7)
    assert lora_name("C:\\styles\\x.safetensors") == ("C:\\styles\\x.safetensors", 1.0)
    with pytest.raises(InputError, match="must be a number"):
        lora_name("a/b:strong")


def test_presets_write_out_their_settings() -> None:
    lcm = with_preset(ModelsConfig(preset="lcm"))
    assert (lcm.scheduler, lcm.steps, lcm.guidance, lcm.lora) == ("lcm", 4, 1.0, (LCM_LORAS["sd"],))
    assert with_preset(lcm) == lcm
    assert with_preset(ModelsConfig(preset="lcm", inpainting="x/sdxl")).lora == (LCM_LORAS["sdxl"],)
    own = with_preset(ModelsConfig(preset="lcm", lora=("my/lcm-lora.safetensors",)))
    assert own.lora == ("my/lcm-lora.safetensors",)
    turbo = with_preset(ModelsConfig(preset="turbo"))
    assert (turbo.scheduler, turbo.steps, turbo.guidance) == ("euler-a", 4, 0.0)


def test_what_a_checkpoint_was_made_for_is_written_out(checkpoint: Checkpoint, empty_cache: Path) -> None:
    """By the record of its name, else of its class, else by its own settings; what a person sets stays."""
    usual = with_preset(ModelsConfig())
    assert (usual.steps, usual.guidance) == (30, 7.5)
    fill = with_preset(ModelsConfig(inpainting=checkpoint("flux-fill")))
    assert (fill.steps, fill.guidance, fill.image_size) == (50, 30.0, 1024)
    klein = with_preset(ModelsConfig(inpainting=checkpoint("klein"), steps=7))
    assert (klein.steps, klein.guidance) == (7, 1.0)
    assert with_preset(ModelsConfig(inpainting=checkpoint("sd-inpaint"))).image_size == 64  # its UNet says so
    assert with_preset(ModelsConfig(inpainting=checkpoint("sd-inpaint"), image_size=96)).image_size == 96
    assert painting("", "QwenImageInpaintPipeline").scale == "true_cfg_scale"


def test_xl_is_known_by_its_settings_and_not_by_its_name(checkpoint: Checkpoint, tmp_path: Path) -> None:
    shutil.copytree(checkpoint("sdxl-inpaint"), tmp_path / "painter")
    shutil.copytree(checkpoint("sd-inpaint"), tmp_path / "pixl-art")
    for name, family in (("painter", "sdxl"), ("pixl-art", "sd")):
        config = with_preset(ModelsConfig(preset="lcm", inpainting=str(tmp_path / name)))
        assert config.lora == (LCM_LORAS[family],)


def test_a_quality_picks_what_is_there_and_fits(checkpoint: Checkpoint, empty_cache: Path) -> None:
    best = with_quality(ModelsConfig(), "best")
    assert not weights.inspect(best.inpainting).complete  # nothing is there: what is named can be fetched
    tiny.as_hub_cache(Path(checkpoint("sd-inpaint")), empty_cache, "stable-diffusion-v1-5/stable-diffusion-inpainting")
    tiny.as_hub_cache(Path(checkpoint("depth-pro")), empty_cache, "apple/DepthPro-hf")
    best = with_quality(ModelsConfig(), "best")
    assert best.inpainting == "stable-diffusion-v1-5/stable-diffusion-inpainting"
    assert best.depth == "apple/DepthPro-hf"
    assert with_quality(ModelsConfig(), "laptop").preset == "lcm"
    assert with_quality(ModelsConfig(depth="my/own"), "best").depth == "my/own"
    assert with_quality(ModelsConfig(), "") == ModelsConfig()
    for pick in catalogue().quality.values():
        assert all(entry(name) is not None for name in (*pick.inpainting, *pick.depth))


def test_a_single_file_needs_what_describes_it(checkpoint: Checkpoint, empty_cache: Path) -> None:
    """Chosen only when the folder of its architecture is there too; of that only settings and tokenizers are needed."""
    config = configured(checkpoint, inpainting=checkpoint("sd-file"))
    choice = choose_models("auto", config)
    assert choice.family == "procedural" and "stable-diffusion-inpainting" in choice.reason
    snapshot = tiny.as_hub_cache(
        Path(checkpoint("sd-inpaint")), empty_cache, "stable-diffusion-v1-5/stable-diffusion-inpainting"
    )
    for file in snapshot.rglob("*.safetensors"):
        file.unlink()
    assert choose_models("auto", config).family == "diffusion"


def test_the_list_states_what_is_there(
    checkpoint: Checkpoint, empty_cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    tiny.as_hub_cache(Path(checkpoint("zoe-n")), empty_cache, "Intel/zoedepth-nyu")
    half = tiny.as_hub_cache(Path(checkpoint("blip")), empty_cache, "somebody/captions")
    (half / "model.safetensors").unlink()
    (empty_cache / "models--somebody--unrelated" / "snapshots" / "x").mkdir(parents=True)
    rows = {row.name: row for row in models_on_disk()}
    assert rows["Intel/zoedepth-nyu"].state == "complete" and rows["Intel/zoedepth-nyu"].licence == "MIT"
    assert rows["somebody/captions"].state == "incomplete" and "model.safetensors" in rows["somebody/captions"].note
    assert rows["Intel/zoedepth-kitti"].state == "not here"
    assert "somebody/unrelated" not in rows
    list_models()
    shown = capsys.readouterr().out
    assert "Intel/zoedepth-nyu" in shown and "incomplete" in shown and "CreativeML" in shown


def test_download_refuses_what_no_hub_has(checkpoint: Checkpoint) -> None:
    with pytest.raises(InputError, match="only hub names"):
        download(checkpoint("zoe-n"))
    with pytest.raises(InputError, match="name the model to download"):
        download()


def test_nothing_is_offered_without_a_gpu_or_a_need(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("lucid3d.families.diffusion.commands.download", lambda *names: asked.extend(names))
    lacking = ("a/b",)
    assert not offer_download(lacking, "yes")  # no GPU here
    monkeypatch.setattr("lucid3d.families.diffusion.commands._has_cuda", lambda: True)
    assert not offer_download(lacking, "no")
    assert not offer_download(lacking, "ask")  # not in a terminal
    assert not offer_download((), "yes")
    assert asked == []
    assert offer_download(lacking, "yes") and asked == ["a/b"]


def test_json_files_that_are_none(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    for text in ("", "[1, 2]", '{"a": '):
        file.write_text(text)
        with pytest.raises(InputError, match="fetch it again"):
            weights.read_json(file)
    file.write_text(json.dumps({"a": 1}))
    assert weights.read_json(file) == {"a": 1}
