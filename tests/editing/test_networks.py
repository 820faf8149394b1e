"""Networks that help to edit: what a click means (SAM), things of words and pictures (Shap-E), clothes (CLIP)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

from lucid3d.camera import Camera
from lucid3d.config import overlay
from lucid3d.editing import making
from lucid3d.editing.clothing import Dress, clothed
from lucid3d.editing.cutting import cut_out
from lucid3d.editing.folder import guide_in, insert_into, move_in, step, walk_in
from lucid3d.editing.insertion import Where, Wish
from lucid3d.editing.making import Network, made
from lucid3d.editing.regions import Region, choose, region_from
from lucid3d.editing.regions import Step as RegionStep
from lucid3d.editing.sitting import Sitting
from lucid3d.editing.surroundings import Surroundings
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.segmenter import Segmenter, segmenter_on_disk
from lucid3d.families.diffusion.shap_e import shape_of
from lucid3d.figures.gltf import read_figure
from tests.editing.court import FLOOR, HUT, scene, world
from tests.editing.test_inserting import files
from tests.guidance import tiny_guides

FRONT = (HUT[0], FLOOR - HUT[1] / 2, HUT[2] - 0.6)
CELLS = 20
"""A coarse surface is enough, and takes seconds less."""


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    tiny_guides.sam(folder / "sam")
    tiny_guides.shap_e(folder / "words")
    tiny_guides.shap_e(folder / "pictures", pictures=True)
    tiny_guides.clip(folder / "clip")
    return folder


@pytest.fixture
def networks(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> ModelsConfig:
    monkeypatch.setattr(making, "shape_of", functools.partial(shape_of, cells=CELLS))
    return ModelsConfig(
        segmenter=str(checkpoints / "sam"), thing=str(checkpoints / "words"),
        thing_from_picture=str(checkpoints / "pictures"), steps=2,
    )  # fmt: skip


def court(folder: Path, networks: ModelsConfig) -> Path:
    config = overlay(scene().config, {"diffusion": vars(networks)})
    return replace(scene(), config=config).save(folder)


# ---- what a click means ----


def test_the_part_of_a_picture_is_what_the_library_finds(checkpoints: Path) -> None:
    import torch
    from transformers import SamModel, SamProcessor
    from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil

    picture = (np.random.default_rng(0).random((48, 40, 3)) * 255).astype(np.uint8)
    found = Segmenter(ModelsConfig(segmenter=str(checkpoints / "sam"))).part(picture.astype(np.float32) / 255, (20, 30))
    processor = SamProcessor(SamImageProcessorPil.from_pretrained(checkpoints / "sam"))
    network = SamModel.from_pretrained(checkpoints / "sam").eval()
    given = processor(Image.fromarray(picture), input_points=[[[20, 30]]], return_tensors="pt")
    with torch.inference_mode():
        answer = network(**given)
    masks = torch.nn.functional.interpolate(answer.pred_masks[0], (64, 64), mode="bilinear")
    rows, columns = (int(value) for value in given["reshaped_input_sizes"][0])
    masks = torch.nn.functional.interpolate(masks[..., :rows, :columns], (48, 40), mode="bilinear")
    expected = masks[0, int(answer.iou_scores[0, 0].argmax())].numpy() > 0
    assert found.shape == (48, 40)
    assert 0 < expected.mean() < 1
    assert (found == expected).mean() > 0.99  # libraries resize pictures a little differently


class CutsTheHut:
    """Cuts out what is red: exact, and unable to answer for a point beside it."""

    def __init__(self) -> None:
        self.asked = 0

    def part(self, image: np.ndarray, point: tuple[float, float]) -> np.ndarray:
        self.asked += 1
        red = (image[..., 0] > 1.8 * image[..., 1]) & (image[..., 0] > 1.8 * image[..., 2])
        column, row = (int(value) for value in point)
        assert red[row, column]
        return np.asarray(red, bool)


def test_a_click_cuts_out_a_thing_of_all_views_where_nobody_knows_what_there_is() -> None:
    cutter = CutsTheHut()
    around = Surroundings(scene().gaussians, cameras=scene().cameras, cutter=cutter)
    clicked = choose(Region((RegionStep("click", FRONT),)), around)
    assert cutter.asked >= 2
    known = choose(region_from({"steps": [{"thing": "hut"}]}), surroundings())
    means = scene().gaussians.means
    assert (clicked & known).sum() > 0.85 * known.sum()
    assert (clicked & known).sum() > 0.85 * clicked.sum()
    assert np.abs(means[clicked] - [HUT[0], FLOOR - HUT[1] / 2, HUT[2]]).max() < 2.0
    assert (clicked == choose(Region((RegionStep("segment", FRONT),)), around)).all()


def surroundings() -> Surroundings:
    from lucid3d.editing.surroundings import surroundings_of

    return surroundings_of(scene().gaussians, scene().cameras, world())


def test_a_network_cuts_out_end_to_end(checkpoints: Path) -> None:
    chosen = cut_out(
        scene().gaussians, scene().cameras, Segmenter(ModelsConfig(segmenter=str(checkpoints / "sam"))), np.array(FRONT)
    )
    assert chosen.shape == (len(scene().gaussians),)


def test_what_no_view_shows_and_what_is_no_sam_is_refused(checkpoints: Path) -> None:
    with pytest.raises(InputError, match="no dreamed view"):
        cut_out(scene().gaussians, scene().cameras, CutsTheHut(), np.array([0.0, 40.0, 0.0]))
    with pytest.raises(InputError, match="models download facebook/sam-vit-base"):
        choose(Region((RegionStep("segment", FRONT),)), Surroundings(scene().gaussians, cameras=scene().cameras))
    assert segmenter_on_disk(ModelsConfig()) is None
    wrong = Segmenter(ModelsConfig(segmenter=str(checkpoints / "clip")))
    with pytest.raises(InputError, match="a SAM is needed"):
        wrong.part(np.zeros((8, 8, 3), np.float32), (4, 4))


# ---- things of words and pictures ----


def test_words_that_no_rule_knows_become_a_thing_that_stays_with_the_scene(
    tmp_path: Path, networks: ModelsConfig
) -> None:
    folder = court(tmp_path / "court", networks)
    before = files(folder)
    told = insert_into(folder, Wish("a purple quetzalcoatl", size=0.6), world=world()).entry
    assert told is not None
    assert told.name == "a-purple-quetzalcoatl"
    assert (folder / "meshes" / "a-purple-quetzalcoatl.glb").is_file()
    assert max(told.size) == pytest.approx(0.6, rel=0.01)  # type: ignore[union-attr]
    moved = folder.rename(tmp_path / "elsewhere")
    again = move_in(moved, told.name, Where(size=0.4), world=world()).entry
    assert max(again.size) == pytest.approx(0.4, rel=0.01)  # type: ignore[union-attr]
    step(moved, -2)
    after = files(moved)
    assert {name: after[name] for name in before if "edits" not in name} == {
        name: data for name, data in before.items() if "edits" not in name
    }


def test_a_picture_becomes_a_thing_of_its_name(tmp_path: Path, networks: ModelsConfig) -> None:
    picture = tmp_path / "teapot.png"
    Image.fromarray((np.random.default_rng(1).random((40, 40, 3)) * 255).astype(np.uint8)).save(picture)
    wish = made(Wish("teapot", seed=3), tmp_path / "meshes", networks, Network(str(picture)))
    assert Path(wish.file).name == "teapot.glb"
    assert not wish.thing
    same = made(Wish("teapot", seed=3), tmp_path / "meshes", networks, Network(str(picture)))
    assert same.file == wish.file
    other = made(Wish("teapot", seed=3), tmp_path / "meshes", networks, Network())
    assert Path(other.file).name == "teapot-2.glb"


def test_rules_make_what_they_know_and_a_network_only_if_it_is_asked(tmp_path: Path, networks: ModelsConfig) -> None:
    bench = Wish("a wooden bench")
    assert made(bench, tmp_path, networks) is bench
    asked = made(bench, tmp_path, networks, Network())
    assert asked.file
    assert asked.size is not None
    assert 1 < asked.size < 3  # as large as a bench is
    unknown = Wish("a purple quetzalcoatl")
    with pytest.raises(InputError, match="can be made by rules"):
        made(unknown, tmp_path, ModelsConfig())  # no network is on disk
    with pytest.raises(InputError, match="models download openai/shap-e"):
        made(unknown, tmp_path, ModelsConfig(), Network())
    with pytest.raises(InputError, match="leave out the mesh"):
        made(Wish(file="boat.glb"), tmp_path, networks, Network())


def test_a_shape_has_its_sides_where_gltf_has_them(networks: ModelsConfig, checkpoints: Path) -> None:
    """Upright and in front: against the library's own mesh."""
    import torch
    from diffusers import ShapEPipeline

    shape = shape_of("a lake", networks, seed=5, cells=CELLS)
    pipeline = ShapEPipeline.from_pretrained(checkpoints / "words")
    latents = pipeline(
        "a lake", num_inference_steps=2, guidance_scale=15.0, generator=torch.Generator().manual_seed(5),
        output_type="latent",
    ).images  # fmt: skip
    mesh = pipeline.shap_e_renderer.decode_to_mesh(latents[:1], torch.device("cpu"), grid_size=CELLS)
    x, y, z = mesh.verts.numpy().T
    assert np.allclose(shape.vertices.T, [x, z, -y], atol=1e-6)
    assert (shape.faces == mesh.faces.numpy()).all()
    red = mesh.vertex_channels["R"].numpy()
    assert np.allclose(np.where(red > 0.01, ((shape.colours[:, 0] + 0.055) / 1.055) ** 2.4, red), red, atol=1e-3)


def test_a_network_that_makes_nothing_and_a_wrong_one_say_so(tmp_path: Path, checkpoints: Path) -> None:
    nothing = ModelsConfig(thing=str(tiny_guides.shap_e(tmp_path / "empty", inside=-50.0)), steps=2)
    with pytest.raises(InputError, match="made nothing of 'a lake'"):
        shape_of("a lake", nothing, cells=CELLS)
    with pytest.raises(InputError, match="a ShapEPipeline is needed"):
        shape_of("a lake", ModelsConfig(thing=str(checkpoints / "pictures")))


# ---- words of their own for several regions, and clothes ----


def test_several_regions_follow_words_of_their_own_at_once(tmp_path: Path, checkpoints: Path) -> None:
    folder = scene().save(tmp_path / "court")
    hut, bin_ = (region_from({"name": name, "steps": [{"thing": name}]}) for name in ("hut", "bin"))
    network = str(checkpoints / "clip")
    told = guide_in(
        folder, "clip", "of snow", hut, others=[("of gold", bin_)], network=network, steps=3, world=world()
    ).entry
    assert "'bin': of gold" in told.order.words  # type: ignore[union-attr]
    from lucid3d.export.ply import read_gaussians

    changed = (read_gaussians(folder / "scene.ply").sh != scene().gaussians.sh).any(axis=(1, 2))
    first, second = (choose(region, surroundings()) for region in (hut, bin_))
    assert changed[first].any()
    assert changed[second].any()
    assert not changed[~(first | second)].any()
    with pytest.raises(InputError, match="several regions"):
        guide_in(folder, "style", "", hut, others=[("of gold", bin_)], world=world())


def test_a_sitting_sets_out_figures_and_follows_a_style(checkpoints: Path) -> None:
    sitting = replace(Sitting.of(scene()), world=world)
    walked = sitting.walk(Wish("a man"), [(0.0, 1.0), (0.5, 2.5)]).walk(Wish("a man"), [(0.5, 2.5), (0.0, 1.0)])
    assert [figure.name for figure in walked.scene.figures] == ["man", "man-2"]
    assert [figure.name for figure in walked.remove("man").scene.figures] == ["man-2"]
    assert not sitting.scene.figures
    hut = region_from({"steps": [{"thing": "hut"}]})
    golden = sitting.guide("style", "", hut, picture_of(checkpoints), steps=3)
    same = (golden.scene.gaussians.sh == scene().gaussians.sh).all(axis=(1, 2))
    chosen = choose(hut, surroundings())
    assert same[~chosen].all()
    assert not same[chosen].all()


def picture_of(folder: Path) -> Path:
    path = folder / "waves.png"
    Image.fromarray((np.random.default_rng(2).random((64, 64, 3)) * 255).astype(np.uint8)).save(path)
    return path


class Turns:
    """A loss with a known optimum: what is drawn shall have one colour."""

    def __init__(self, colour: Sequence[float]) -> None:
        self.colour = colour

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        drawn = images.detach().sum(dim=1, keepdim=True) > 0.02
        wanted = images.new_tensor(self.colour)[None, :, None, None]
        return (((images - wanted) ** 2) * drawn).sum() / drawn.sum()


def test_a_figure_takes_the_colours_that_are_asked_for_in_picture_and_mesh() -> None:
    rng = np.random.default_rng(0)
    from lucid3d.gaussians.model import SH_C0, Gaussians

    corners = rng.uniform(-0.4, 0.4, (300, 3)).astype(np.float32)
    grey = np.full((300, 3), 0.5, np.float32)
    lit = Gaussians(
        corners, np.tile(np.float32([1, 0, 0, 0]), (300, 1)), np.full((300, 3), np.log(0.05), np.float32),
        np.full(300, 4.0, np.float32), ((grey - 0.5) / SH_C0)[:, None].astype(np.float32),
    )  # fmt: skip
    albedo = np.full((300, 3), 0.4, np.float32)
    after, worn = clothed(lit, corners, albedo, Dress("red", steps=40), guidance=Turns((0.8, 0.2, 0.2)))
    assert (after.means == lit.means).all()
    red, green, blue = np.median(after.colors, axis=0)
    assert red > 0.53
    assert max(green, blue) < 0.47
    assert np.median(worn[:, 0]) > 0.42 > 1.1 * np.median(worn[:, 1])
    assert worn.min() >= 0
    assert worn.max() <= 1


def test_clip_dresses_a_walking_figure_end_to_end(tmp_path: Path, checkpoints: Path) -> None:
    folder = scene().save(tmp_path / "court")
    dress = Dress("a knight in golden armour", str(checkpoints / "clip"), steps=2)
    places = [(0.0, 1.0), (0.5, 2.5)]
    plain = walk_in(folder, Wish("a man"), places, name="plain", world=world()).entry
    golden = walk_in(folder, Wish("a man"), places, dress=dress, name="golden", world=world()).entry
    assert plain is not None
    assert golden is not None
    one, other = (read_figure(folder / "figures" / f"{name}.glb") for name in ("plain", "golden"))
    assert (one.rig.vertices == other.rig.vertices).all()
    assert (one.colours != other.colours).any()
    with pytest.raises(InputError, match="--dress"):
        Dress(" ")
