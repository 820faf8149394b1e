"""What hangs over a place: the hour's light, the weather's clouds and air. Chosen from a brief, computed in `light`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import RGB

if TYPE_CHECKING:
    from lucid3d.procedural.kit.place import Place


@dataclass(frozen=True)
class Atmosphere:
    """Light and air over a place.

    Attributes:
        elevation, azimuth: of the key light in radians; azimuth 0 is straight ahead (+z), positive to the right.
        sunk: radians by which the sun that colours the sky stands lower than the key light: what lights the land after
            sunset is the glow above the place where the sun went down.
        moon: the key light is the moon.
        strength: linear colour of the light above the air; 1 makes a white wall in the noon sun about 1.
        turbidity: 1 pure air, 2 clear, 4 hazy, 8 thick.
        rayleigh: scattering of the air per metre at sea level, by channel.
        cover, cloud_density, cloud_base, cloud_top, cloud_size, wisps: clouds; see the native `CloudParams`.
        cloud_shade: how dark clouds are (1 white, 0.4 storm).
        sun_share: how much of the direct light the clouds let through to the ground.
        visibility: metres at which a dark hill has lost all but 5 % of its contrast.
        haze_height: metres over which haze thins out by e.
        mist: extinction per metre of ground mist, 0 = none; `mist_height` in metres, `mist_base` y of its foot.
        stars, aurora, rainbow: strengths, 0 = none.
        veil: how much falling rain or snow hangs under far clouds, 0 to 1.
        lightning: strength of a flash in the clouds, 0 = none; bolt_azimuth: where it strikes, in radians from +z.
        night_glow: linear radiance of the moonless night sky.
        moon_phase: lit share of the moon, 0 to 1.
        exposure: stops added to the automatic exposure (night stays darker than day).
        tint: linear colour grade on the final picture.
        saturation: 1 = as it is.
        contrast: 1 = as it is.
        planet: radius in radians of another world in the sky, 0 = none.
        planet_look: its albedo, and 1 for a ring around it or 0; None = as the seed has it.
    """

    elevation: float = 0.3
    azimuth: float = 0.7
    sunk: float = 0.0
    moon: bool = False
    strength: RGB = (1.6, 1.6, 1.6)
    turbidity: float = 2.2
    rayleigh: RGB = (5.8e-6, 13.5e-6, 33.1e-6)
    cover: float = 0.35
    cloud_density: float = 0.02
    cloud_base: float = 1500.0
    cloud_top: float = 2600.0
    cloud_size: float = 2600.0
    wisps: float = 0.5
    cloud_shade: float = 1.0
    sun_share: float = 1.0
    visibility: float = 24000.0
    haze_height: float = 900.0
    mist: float = 0.0
    mist_height: float = 6.0
    mist_base: float = 1.6
    stars: float = 0.0
    aurora: float = 0.0
    rainbow: float = 0.0
    veil: float = 0.0
    lightning: float = 0.0
    bolt_azimuth: float = 0.0
    night_glow: RGB = (0.0, 0.0, 0.0)
    moon_phase: float = 0.8
    exposure: float = 0.0
    tint: RGB = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    contrast: float = 1.0
    planet: float = 0.0
    planet_look: tuple[float, float, float, float] | None = None
    seed: int = 0

    @property
    def sun_direction(self) -> tuple[float, float, float]:
        """Unit vector to the key light, y down."""
        return direction(self.elevation, self.azimuth)

    @property
    def sky_elevation(self) -> float:
        """Radians from the horizon to the sun that lights the air; negative when it has set."""
        return self.elevation - self.sunk

    @property
    def bolt_color(self) -> RGB:
        """Radiance of a lightning channel: far beyond what film holds, by day and by night."""
        return 9.0 * self.lightning, 9.5 * self.lightning, 13.0 * self.lightning


def direction(elevation: float, azimuth: float) -> tuple[float, float, float]:
    """Unit vector, y down."""
    c = math.cos(elevation)
    return c * math.sin(azimuth), -math.sin(elevation), c * math.cos(azimuth)


# Degrees of the key light and of how much lower the sky's sun stands; turbidity, exposure.
_HOURS: dict[str, dict[str, Any]] = {
    "dawn": {"elevation": 4.0, "sunk": 4.8, "turbidity": 2.4, "exposure": -0.45},
    "sunrise": {"elevation": 6.5, "sunk": 3.2, "turbidity": 2.8},
    "morning": {"elevation": 19.0, "turbidity": 2.0},
    "noon": {"elevation": 48.0, "turbidity": 2.0},
    "afternoon": {"elevation": 24.0, "turbidity": 2.2},
    "sunset": {"elevation": 5.5, "sunk": 3.6, "turbidity": 3.6},
    "dusk": {"elevation": 4.2, "sunk": 5.6, "turbidity": 2.8, "exposure": -0.7},
    "night": {"elevation": 28.0, "turbidity": 1.6, "exposure": -1.35},
}

_WEATHER: dict[str, dict[str, Any]] = {
    "clear": {"cover": 0.3, "wisps": 0.6, "visibility": 60000.0},
    "cloudy": {"cover": 0.66, "wisps": 0.3, "visibility": 34000.0, "sun_share": 0.75},
    "mist": {"cover": 0.25, "wisps": 0.5, "visibility": 9000.0, "mist": 0.0075, "haze_height": 260.0},
    "rain": {
        "cover": 0.95, "wisps": 0.0, "visibility": 2600.0, "sun_share": 0.06, "cloud_shade": 0.62, "cloud_base": 900.0,
        "cloud_top": 2400.0, "mist": 0.002, "mist_height": 30.0, "exposure": -0.5, "saturation": 0.88, "veil": 0.8,
    },
    "snow": {
        "cover": 0.88, "wisps": 0.0, "visibility": 1500.0, "sun_share": 0.15, "cloud_shade": 0.9, "mist": 0.003,
        "mist_height": 25.0, "veil": 0.5,
    },
    "storm": {
        "exposure": -1.15, "cover": 0.86, "wisps": 0.0, "visibility": 6000.0, "sun_share": 0.04, "cloud_shade": 0.3,
        "cloud_density": 0.035, "cloud_base": 800.0, "cloud_top": 3200.0, "cloud_size": 3400.0, "saturation": 0.92,
        "veil": 1.0, "lightning": 1.0,
    },
}  # fmt: skip


SUN_INDOORS = 0.2
"""Share of the sun that the glass and nets of windows let in: patches of sun keep their colour beside dim walls."""


OVER_HILLS = math.radians(2.5)
HIGHEST_LOW = math.radians(15.0)
"""How far above the skyline a low sun is raised, and up to where."""
BROAD_DAY = frozenset(("morning", "noon", "afternoon"))
VALLEY = 400.0
"""Metres about the start in which its lowest land is looked for."""
_FOG = {"cover": 0.93, "wisps": 0.0, "sun_share": 0.35, "visibility": 2200.0, "veil": 0.7, "mist_height": 14.0}
"""Mist that is asked for, unless a low sun is to shine through it: no blue sky above it."""


def atmosphere_for(brief: Any, place: Place, rng: np.random.Generator) -> Atmosphere:
    """The light and air that a brief asks for, over this place."""
    hour = dict(_HOURS.get(brief.time, _HOURS["morning"]))
    weather = dict(_WEATHER.get(brief.weather, _WEATHER["clear"]))
    strength = float(getattr(brief, "strength", 1.0))
    if brief.weather == "mist" and brief.time in BROAD_DAY and "weather" in getattr(brief, "given", ()):
        weather.update(_FOG)
    if "mist" in weather:
        weather["mist"] *= strength
    if brief.weather in ("mist", "rain", "snow"):
        weather["visibility"] /= strength
    elevation = math.radians(hour.pop("elevation") * rng.uniform(0.85, 1.15))
    hour["sunk"] = math.radians(hour.get("sunk", 0.0))
    usual = math.radians(rng.uniform(25, 50)) * (1 if rng.random() < 0.7 else -1)
    azimuth = place.sun_azimuth if place.sun_azimuth is not None else usual
    if brief.time != "night":  # a low sun behind hills lights nothing: the key light comes over them, the sky stays
        over = min(max(_skyline(place, azimuth) + OVER_HILLS, elevation), max(elevation, HIGHEST_LOW))
        hour["sunk"] += over - elevation
        elevation = over
    if "exposure" in hour and "exposure" in weather:
        # By night it is dark enough: the lamps are what is seen.
        weather["exposure"] = weather["exposure"] * (0.0 if brief.time == "night" else 1.0) + hour["exposure"]
    air = Atmosphere(
        elevation=elevation,
        azimuth=azimuth,
        seed=int(rng.integers(1 << 20)),
        bolt_azimuth=_open_azimuth(place, rng.uniform(-0.5, 0.5, 12)),  # in the first view
        **{**hour, **weather},
    )
    air = replace(air, cover=float(np.clip(air.cover + rng.uniform(-0.06, 0.06), 0, 0.97)))
    sky: frozenset[str] = getattr(brief, "sky", frozenset())
    without: frozenset[str] = getattr(brief, "without", frozenset())
    if "lightning" in without:
        air = replace(air, lightning=0.0)
    if "rain" in without and brief.weather == "storm":
        air = replace(air, veil=0.0)
    if "cloudy" in without and brief.weather == "clear":
        air = replace(air, cover=0.0, wisps=0.0)
    if brief.time == "night":
        air = _by_night(air, sky, without)
        if "stars" in without:
            air = replace(air, stars=0.0)
    if "rainbow" in sky:
        # A rainbow stands opposite a low sun: put the sun behind the viewer, in front of rain.
        low = min(air.elevation, math.radians(20))
        air = replace(air, rainbow=1.0, elevation=low, azimuth=azimuth + math.pi, sun_share=max(air.sun_share, 0.8))
    if "aurora" in sky:
        air = replace(air, aurora=1.0, cover=min(air.cover, 0.12), wisps=0.1)
    if brief.time != "night" and ("stars" in sky or "moon" in sky):
        air = replace(air, stars=max(air.stars, 0.25))
    if getattr(brief, "wants", lambda _: False)("planet"):
        air = replace(air, planet=0.17)
    if place.interior:
        air = replace(air, sun_share=air.sun_share * SUN_INDOORS)
    if place.haze != 1.0:
        air = replace(air, visibility=air.visibility / place.haze)
    if place.water is not None:
        air = replace(air, mist_base=min(air.mist_base, place.water.level))
    if brief.weather in ("rain", "snow"):
        air = replace(air, mist_base=max(air.mist_base, _valley(place)))
    air = _finish(air, brief)
    return replace(air, **place.sky)


def _by_night(air: Atmosphere, sky: frozenset[str], without: frozenset[str]) -> Atmosphere:
    """Moonlight is sunlight, 400,000 times weaker; eyes and films make it blue and far less dark than that.

    Three nights: with a moon and some stars; under a full moon, which drowns all but the brightest stars; and without
    a moon, when the Milky Way is seen and the land is a silhouette.
    """
    clear = air.cover < 0.6
    moon, stars = "moon" in sky, "stars" in sky
    night = replace(
        air,
        moon=True,
        strength=(0.088, 0.122, 0.19),
        stars=1.0 if clear else 0.3,
        night_glow=(0.0035, 0.006, 0.0125),
        cover=min(air.cover, 0.3) if sky & {"stars", "moon", "aurora"} else air.cover,
        wisps=0.25,
        exposure=air.exposure if air.sun_share > 0.5 else air.exposure + 0.2,
        moon_phase=0.85,
    )
    if moon and not stars:
        return replace(night, stars=0.12 if clear else 0.0, moon_phase=0.98, elevation=min(night.elevation, 0.36),
                       exposure=night.exposure - 0.35, saturation=night.saturation * 0.72)  # fmt: skip
    if "moon" in without or (stars and not moon):
        return replace(night, strength=(0.006, 0.0075, 0.011), moon_phase=0.0, stars=0.6 if clear else 0.3,
                       night_glow=(0.0028, 0.0042, 0.0084), cover=min(night.cover, 0.1), wisps=0.0,
                       exposure=night.exposure - 1.3)  # fmt: skip
    return night


def _rises(place: Place, azimuths: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N,) slopes, rise over run, up to the skyline of the land in some directions; 0 without land."""
    if place.terrain is None:
        return np.zeros(len(azimuths))
    reach = np.geomspace(8.0, 1100.0, 48)
    x, z = np.sin(azimuths)[:, None] * reach, np.cos(azimuths)[:, None] * reach
    rise = -place.terrain.heights(x.astype(np.float32), z.astype(np.float32)) / reach
    return np.asarray(rise.max(axis=1), np.float64)


def _skyline(place: Place, azimuth: float) -> float:
    """Radians from the horizon up to the land about one direction."""
    return math.atan(float(_rises(place, azimuth + np.linspace(-0.12, 0.12, 5)).max()))


def _valley(place: Place) -> float:
    """y (down) of the lowest land about: falling rain and snow gather there, and would hide all of it if they were as
    dense at the height of an eye that looks down into it."""
    if place.terrain is None:
        return -math.inf
    azimuths, reach = np.linspace(0, 2 * math.pi, 24, endpoint=False)[:, None], np.geomspace(8.0, VALLEY, 24)
    x, z = np.sin(azimuths) * reach, np.cos(azimuths) * reach
    return float(place.terrain.heights(x.astype(np.float32), z.astype(np.float32)).max())


def _open_azimuth(place: Place, azimuths: NDArray[np.floating]) -> float:
    """Of some directions the one in which the land hides least of the sky."""
    return float(azimuths[int(np.argmin(_rises(place, azimuths)))])


_STYLES: dict[str, dict[str, Any]] = {
    "painting": {"saturation": 1.15, "contrast": 1.05},
    "watercolour": {"saturation": 0.85, "contrast": 0.88, "exposure": 0.25},
    "vintage": {"saturation": 0.65, "tint": (1.08, 1.0, 0.84), "contrast": 0.92},
    "noir": {"saturation": 0.0, "contrast": 1.25},
    "pastel": {"saturation": 0.7, "contrast": 0.82, "exposure": 0.4},
    "vivid": {"saturation": 1.4, "contrast": 1.08},
    "cyberpunk": {"saturation": 1.25, "tint": (1.0, 0.93, 1.12)},
}
_MOODS: dict[str, dict[str, Any]] = {
    "eerie": {"saturation": 0.75, "tint": (0.94, 1.03, 0.98), "exposure": -0.3},
    "lonely": {"saturation": 0.85},
    "dark": {"exposure": -0.6, "saturation": 0.9},
    "dreamy": {"saturation": 0.95, "contrast": 0.9, "exposure": 0.15},
    "magical": {"saturation": 1.15, "tint": (1.0, 0.97, 1.06)},
    "romantic": {"tint": (1.05, 1.0, 0.96)},
    "cosy": {"tint": (1.05, 1.0, 0.93)},
    "cheerful": {"saturation": 1.12, "exposure": 0.15},
    "epic": {"contrast": 1.08},
    "calm": {"contrast": 0.97},
}


@dataclass(frozen=True)
class Look:
    """How a mood and a style have a picture developed: stops of exposure, and factors, 1 = as it is."""

    exposure: float = 0.0
    saturation: float = 1.0
    contrast: float = 1.0
    tint: RGB | None = None


def look_of(brief: Any) -> Look:
    """By the brief's mood, then by its style."""
    look = Look()
    for table, name in ((_MOODS, getattr(brief, "mood", "")), (_STYLES, getattr(brief, "style", ""))):
        changes = table.get(name, {})
        look = Look(
            look.exposure + changes.get("exposure", 0.0),
            look.saturation * changes.get("saturation", 1.0),
            look.contrast * changes.get("contrast", 1.0),
            changes.get("tint", look.tint),
        )
    return look


def _finish(air: Atmosphere, brief: Any) -> Atmosphere:
    look = look_of(brief)
    return replace(
        air,
        exposure=air.exposure + look.exposure,
        saturation=air.saturation * look.saturation,
        contrast=air.contrast * look.contrast,
        tint=air.tint if look.tint is None else look.tint,
    )
