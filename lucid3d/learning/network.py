"""The network: a small convolutional encoder with a few layers of attention at its coarsest, a decoder, and heads.

Residual blocks ("Deep Residual Learning", He et al. 2016, section 3) down to 1/16, transformer blocks at 1/32 where the
whole picture is a few dozen tokens ("CoAtNet", Dai et al. 2021, section 2.2: convolve first, attend last; positions
come from depthwise convolutions, "Conditional Positional Encodings", Chu et al. 2021, so that any size will do), and a
U-Net's decoder up to 1/4, from where each pixel of the answer at 1/2 is a channel ("Real-Time Single Image Super-
Resolution", Shi et al. 2016). Everything is plain 3x3 convolutions because they are what a CPU is fast at.

Depth is answered in three parts, so that none has to wait for another: its shape up to scale, how wrong it may be, and
one number for the scale ("MoGe-2", Wang et al. 2025, section 3.2). The scale is that of a canonical lens ("Metric3D",
Yin et al. 2023, section 3.2): metres = depth * exp(scale) * focal, for the same picture may be a small thing or a large
one further off through a longer lens. Horizon, roll and lens are distributions over bins ("A Perceptual Measure for
Deep Single Image Camera Calibration", Hold-Geoffroy et al. 2018, section 3.2); beside them every pixel says how far it
is above the horizon ("Perspective Fields", Jin et al. 2023, section 3), of which a convolution learns more a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lucid3d.learning.classes import CLASSES, place_names

BINS = 64
"""Of horizon, roll and lens each."""
HEIGHTS = 8
"""Bands of the picture, one above the other, whose features the horizon is read from: a mean over all of it forgets
where things are."""
HORIZON_BEND = 0.5
"""A horizon so far from the middle (in units of the picture's scale) is half way to the last bin."""
ROLL_LIMIT = 30.0
"""Degrees of the outermost bins of roll."""
FOCAL_RANGE = (0.25, 4.0)
"""Focal lengths, in units of the picture's scale, of the outermost bins: 127 to 14 degrees across a square picture."""
LEAST_LOG_ERROR, MOST_LOG_ERROR = -3.5, 2.0
"""Of the error that the network may expect: 3 %, below which a likelihood's gradient drowns the other losses, and a
factor of a thousand."""
MEAN, SPREAD = 0.45, 0.25
"""Of the pictures' sRGB values."""


@dataclass(frozen=True)
class NetworkConfig:
    """Widths and depths.

    Attributes:
        widths: channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture.
        blocks: residual blocks at 1/4, 1/8 and 1/16.
        layers: of attention at 1/32; heads: of each.
        expansion: width of a transformer block's hidden layer, in multiples of its own.
        places: the names behind its place numbers.
    """

    widths: tuple[int, int, int, int, int] = (32, 64, 128, 192, 288)
    blocks: tuple[int, int, int] = (1, 1, 2)
    layers: int = 4
    heads: int = 6
    expansion: int = 3
    places: tuple[str, ...] = field(default_factory=place_names)


PLACE_OUTPUT = 4
"""Which of the answer's numbers for the whole picture (`PictureNetwork.sizes`) are the places."""
HEADS = ("numbers", "bands")
"""The layers that answer them."""


class Answer(NamedTuple):
    """What the network says of B pictures of (h, w).

    Attributes:
        log_depth: (B, h/2, w/2) log of canonical depth up to one scale a picture.
        log_error: (B, h/2, w/2) log of the expected absolute error of `log_depth` after the best scale.
        normals: (B, 3, h/2, w/2) unit normals towards the camera, in its frame.
        classes: (B, number of classes, h/2, w/2) logits.
        latitude: (B, h/2, w/2) radians that each pixel's ray rises above the horizon.
        scale: (B,) what to add to `log_depth` for canonical metres (metres over focal, see `batches.Batch`).
        horizon, roll, focal: (B, BINS) logits; the first two are learned beside `latitude` and not read.
        place: (B, number of places) logits; indoors: (B,) logit.
    """

    log_depth: Tensor
    log_error: Tensor
    normals: Tensor
    classes: Tensor
    latitude: Tensor
    scale: Tensor
    horizon: Tensor
    roll: Tensor
    focal: Tensor
    place: Tensor
    indoors: Tensor


class PictureNetwork(nn.Module):
    """(B, 3, h, w) float32 sRGB in [0, 1], h and w multiples of 4 -> `Answer`."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig()
        half, quarter, eighth, sixteenth, coarsest = self.config.widths
        first, second, third = self.config.blocks
        self.stem = _convolved(3, half, 2)
        self.quarter = _stage(half, quarter, first)
        self.eighth = _stage(quarter, eighth, second)
        self.sixteenth = _stage(eighth, sixteenth, third)
        self.coarsest = _convolved(sixteenth, coarsest, 2)
        layers = [_Attention(coarsest, self.config.heads, self.config.expansion) for _ in range(self.config.layers)]
        self.attention = nn.Sequential(*layers)
        self.up_sixteenth = _Up(coarsest, sixteenth, residual=True)
        self.up_eighth = _Up(sixteenth, eighth)
        self.up_quarter = _Up(eighth, quarter)
        self.channels = 1 + 1 + 3 + len(CLASSES) + 1
        self.dense = nn.Conv2d(quarter, 4 * self.channels, 3, padding=1)
        self.query = nn.Linear(coarsest, self.config.heads)
        self.whole = nn.Sequential(nn.LayerNorm(2 * coarsest), nn.Linear(2 * coarsest, coarsest), nn.GELU())
        self.sizes = [1, BINS, BINS, BINS, len(self.config.places), 1]
        self.numbers = nn.Linear(coarsest, sum(self.sizes))
        self.bands = nn.Linear(HEIGHTS * sixteenth, sum(self.sizes))
        for layer in (self.dense, self.numbers, self.bands):
            weight, bias = layer.parameters()
            nn.init.normal_(weight, std=0.01)
            nn.init.zeros_(bias)

    def forward(self, image: Tensor, styles: np.random.Generator | None = None) -> Answer:
        """What is read off pictures: (B, 3, H, W) float32 sRGB in [0, 1], H and W divisible by 4.

        Args:
            styles: in training, what the styles of the batch's pictures are mixed by (see `mixed_styles`).
        """
        half = self.stem((image - MEAN) / SPREAD)
        if styles is not None:
            half = mixed_styles(half, styles)
        quarter = self.quarter(half)
        if styles is not None:
            quarter = mixed_styles(quarter, styles)
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        coarsest = self.attention(self.coarsest(sixteenth))
        up = self.up_sixteenth(coarsest, sixteenth)
        bands = functional.adaptive_avg_pool2d(up, (HEIGHTS, 1)).flatten(1)
        up = self.up_eighth(up, eighth)
        up = self.up_quarter(up, quarter)
        dense = functional.pixel_shuffle(self.dense(up), 2)
        log_depth, log_error, normals, classes, latitude = torch.split(dense, [1, 1, 3, len(CLASSES), 1], dim=1)
        numbers = self.numbers(self.whole(self._pooled(coarsest))) + self.bands(bands)
        scale, horizon, roll, focal, place, indoors = torch.split(numbers, self.sizes, dim=1)
        # Towards the camera when the network knows nothing: the zero vector has no direction.
        towards = normals + normals.new_tensor((0.0, 0.0, -1.0))[None, :, None, None]
        return Answer(
            log_depth=log_depth[:, 0],
            log_error=log_error[:, 0].clamp(LEAST_LOG_ERROR, MOST_LOG_ERROR),
            normals=functional.normalize(towards, dim=1),
            classes=classes,
            latitude=latitude[:, 0],
            scale=scale[:, 0],
            horizon=horizon,
            roll=roll,
            focal=focal,
            place=place,
            indoors=indoors[:, 0],
        )

    def _pooled(self, features: Tensor) -> Tensor:
        """(B, 2 C): the mean, and a mean weighted by what each group of channels attends to."""
        tokens = features.flatten(2).transpose(1, 2)
        weights = self.query(tokens).softmax(dim=1)
        batch, count, channels = tokens.shape
        grouped = tokens.reshape(batch, count, self.config.heads, channels // self.config.heads)
        attended = (grouped * weights[..., None]).sum(dim=1).reshape(batch, channels)
        return torch.cat([tokens.mean(dim=1), attended], dim=1)


MIXED = 0.1
"""Both parameters of the Beta distribution of shares: one of two styles, or nearly."""
LEAST_SPREAD = 1e-6
"""Added to deviations, for channels that are the same all over a picture."""


def mixed_styles(features: Tensor, random: np.random.Generator) -> Tensor:
    """(B, C, h, w), each with the mean and deviation of its channels mixed with those of another of the batch, which
    is how they are drawn, not what they show ("Domain Generalization with MixStyle", Zhou et al. 2021, section 3.2)."""
    batch = len(features)
    spread, mean = torch.std_mean(features.detach(), dim=(2, 3), keepdim=True)
    spread = spread + LEAST_SPREAD
    share = torch.from_numpy(random.beta(MIXED, MIXED, (batch, 1, 1, 1))).to(features)
    other = torch.from_numpy(random.permutation(batch))
    normal = (features - mean) / spread
    mixed: Tensor = normal * (share * spread + (1 - share) * spread[other]) + share * mean + (1 - share) * mean[other]
    return mixed


def _convolved(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def _stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(_convolved(inputs, outputs, 2), *(_Residual(outputs) for _ in range(blocks)))


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolved(channels, channels)
        last = nn.BatchNorm2d(channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), last)
        nn.init.zeros_(next(last.parameters()))  # a block begins as the identity (Goyal et al. 2017, section 5.1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class _Attention(nn.Module):
    """A pre-norm transformer block over all positions of a feature map."""

    def __init__(self, channels: int, heads: int, expansion: int) -> None:
        super().__init__()
        self.heads = heads
        self.position = nn.Conv2d(channels, channels, 3, 1, 1, groups=channels)
        self.norm_attention, self.norm_hidden = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.inputs, self.output = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.hidden = nn.Sequential(
            nn.Linear(channels, expansion * channels), nn.GELU(), nn.Linear(expansion * channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        tokens = (x + self.position(x)).flatten(2).transpose(1, 2)
        query, key, value = (
            self.inputs(self.norm_attention(tokens))
            .reshape(batch, height * width, 3, self.heads, channels // self.heads)
            .permute(2, 0, 3, 1, 4)
        )
        attended = functional.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.output(attended.transpose(1, 2).reshape(batch, height * width, channels))
        tokens = tokens + self.hidden(self.norm_hidden(tokens))
        result: Tensor = tokens.transpose(1, 2).reshape(batch, channels, height, width)
        return result


class _Up(nn.Module):
    """To twice the size (less one where that was odd), with what the encoder had there added."""

    def __init__(self, inputs: int, outputs: int, *, residual: bool = False) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inputs, outputs, 1)
        self.skip = nn.Conv2d(outputs, outputs, 1)
        self.mixed: nn.Module = _Residual(outputs) if residual else _convolved(outputs, outputs)

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        larger = functional.interpolate(self.narrow(x), beside.shape[-2:], mode="bilinear", align_corners=False)
        mixed: Tensor = self.mixed(larger + self.skip(beside))
        return mixed


# --- bins ------------------------------------------------------------------------------------------------------------
# Each number is turned into a share in [0, 1], which is one of BINS bins; the expectation over bins turns back.


def horizon_share(offset: Tensor) -> Tensor:
    """Offsets of the horizon in units of the picture's scale, any real number -> shares, of any shape."""
    return 0.5 + torch.atan(offset / HORIZON_BEND) / math.pi


def horizon_of_share(share: Tensor) -> Tensor:
    """The inverse of `horizon_share`, of any shape."""
    return torch.tan((share.clamp(0.001, 0.999) - 0.5) * math.pi) * HORIZON_BEND


def roll_share(degrees: Tensor) -> Tensor:
    """Degrees of roll, of any shape -> shares; more than ROLL_LIMIT counts as that."""
    return (0.5 + degrees / (2 * ROLL_LIMIT)).clamp(0, 1)


def roll_of_share(share: Tensor) -> Tensor:
    """The inverse of `roll_share`, of any shape."""
    return (share - 0.5) * 2 * ROLL_LIMIT


def focal_share(focal: Tensor) -> Tensor:
    """Focal lengths in units of the picture's scale -> shares, even in the logarithm, of any shape."""
    low, high = (math.log(value) for value in FOCAL_RANGE)
    return ((focal.log() - low) / (high - low)).clamp(0, 1)


def focal_of_share(share: Tensor) -> Tensor:
    """The inverse of `focal_share`, of any shape."""
    low, high = (math.log(value) for value in FOCAL_RANGE)
    return (low + share * (high - low)).exp()


def expected_share(logits: Tensor) -> Tensor:
    """(B, BINS) logits -> (B,) shares: the mean over the likeliest bin and those around it, so that a second mode far
    off does not pull."""
    probability = logits.softmax(dim=1)
    bins = torch.arange(BINS, device=logits.device)
    near = (bins[None] - probability.argmax(dim=1, keepdim=True)).abs() <= 4
    weight = probability * near
    centre = (bins + 0.5) / BINS
    return (weight * centre).sum(dim=1) / weight.sum(dim=1)
