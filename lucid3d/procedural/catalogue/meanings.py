"""What words can mean: every place, time, weather, season, feature, colour, material, mood and style that worlds know.

Each name here is drawn by some builder; a word that nothing draws has no meaning and is reported as ignored. A meaning
is written "kind.name", for example "place.meadow" or "feature.boat".
"""

from __future__ import annotations

PLACES: dict[str, str] = {
    "alpine_lake": "an alpine lake",
    "meadow": "a meadow",
    "forest": "a forest",
    "jungle": "a jungle",
    "desert": "a desert",
    "canyon": "a canyon",
    "coast": "a coast",
    "island": "an island",
    "arctic": "an arctic land",
    "volcano": "a volcano",
    "swamp": "a swamp",
    "farmland": "farmland",
    "village": "a village",
    "town_street": "a town street",
    "modern_city": "a modern city",
    "ruins": "ruins",
    "space_station": "the inside of a space station",
    "living_room": "a living room",
    "kitchen": "a kitchen",
    "bedroom": "a bedroom",
    "library": "a library",
    "cave": "a cave",
    "temple": "a temple",
    "garden": "a garden",
    "other_planet": "another planet",
}
"""Place name -> how a sentence speaks of it."""

INDOORS = frozenset({"space_station", "living_room", "kitchen", "bedroom", "library"})
"""Places with walls and a ceiling; other places named beside them are what their windows show."""

TIMES = ("dawn", "sunrise", "morning", "noon", "afternoon", "sunset", "dusk", "night")
WEATHERS = ("clear", "cloudy", "mist", "rain", "snow", "storm")
SEASONS = ("spring", "summer", "autumn", "winter")
SKY = ("moon", "stars", "aurora", "rainbow", "lightning", "puddles")

COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.62, 0.10, 0.07),
    "orange": (0.75, 0.31, 0.07),
    "yellow": (0.78, 0.60, 0.12),
    "green": (0.16, 0.38, 0.12),
    "turquoise": (0.10, 0.45, 0.45),
    "blue": (0.10, 0.22, 0.52),
    "purple": (0.32, 0.14, 0.45),
    "pink": (0.78, 0.38, 0.45),
    "brown": (0.27, 0.16, 0.09),
    "black": (0.035, 0.035, 0.04),
    "grey": (0.35, 0.35, 0.36),
    "white": (0.78, 0.76, 0.72),
    "gold": (0.72, 0.50, 0.16),
}
"""Colour name -> linear RGB albedo, kept within what real paint and cloth reflect."""

MATERIALS = (
    "wood",
    "stone",
    "brick",
    "plaster",
    "metal",
    "glass",
    "marble",
    "concrete",
    "thatch",
    "sandstone",
    "leather",
)

MOODS = ("calm", "cosy", "cheerful", "eerie", "lonely", "romantic", "magical", "dreamy", "epic", "dark")
STYLES = (
    "photograph",
    "painting",
    "watercolour",
    "vintage",
    "noir",
    "pastel",
    "vivid",
    "cyberpunk",
    "futuristic",
    "medieval",
    "rustic",
    "minimal",
)

SCATTERED: dict[str, str] = {
    "trees": "trees of the kind that fits the place",
    "pines": "conifers",
    "birches": "birches",
    "oaks": "broad-leaved trees",
    "maples": "maples",
    "palms": "palms",
    "willows": "willows",
    "cypresses": "cypresses",
    "cherry_trees": "blossoming trees",
    "dead_trees": "bare trees",
    "bamboo": "bamboo",
    "cacti": "cacti",
    "bushes": "shrubs and hedges",
    "ferns": "ferns",
    "grass": "grass",
    "flowers": "flowers",
    "mushrooms": "mushrooms",
    "reeds": "reeds",
    "lilies": "water lilies",
    "rocks": "rocks and boulders",
    "leaves": "fallen leaves",
    "hay": "hay bales",
    "crystals": "crystals",
}
"""Features that grow or lie about in numbers: a count is a wish for more or fewer, not a head count."""

LANDFORMS: dict[str, str] = {
    "mountains": "mountains",
    "hills": "hills",
    "lake": "a lake or pond",
    "river": "a river or stream",
    "sea": "the sea",
    "lava": "lava",
}

PROPS: dict[str, str] = {
    "pier": "a wooden pier",
    "boat": "a boat",
    "fence": "a fence",
    "path": "a path",
    "lamp": "a lamp or lantern",
    "bridge": "a bridge",
    "bench": "a bench",
    "well": "a well",
    "campfire": "a campfire",
    "tent": "a tent",
    "sign": "a signpost",
    "cart": "a cart",
    "barrel": "barrels and crates",
    "statue": "a statue",
    "fountain": "a fountain",
    "gate": "a gate or arch",
    "wall": "a wall of stones",
    "stairs": "steps",
    "car": "a parked car",
    "stall": "a market stall",
    "column": "columns",
    "rover": "a rover or a lander",
    "planet": "a planet in the sky",
}

BUILDINGS: dict[str, str] = {
    "cabin": "a cabin",
    "house": "a house",
    "barn": "a barn",
    "lighthouse": "a lighthouse",
    "castle": "a castle",
    "windmill": "a windmill",
    "tower": "a tower",
    "church": "a church",
    "pagoda": "a pagoda",
    "skyscraper": "a tower block",
}

FURNITURE: dict[str, str] = {
    "bed": "a bed",
    "sofa": "a sofa",
    "armchair": "an armchair",
    "table": "a table",
    "chair": "a chair",
    "desk": "a desk",
    "bookshelf": "a bookshelf",
    "books": "books",
    "rug": "a rug",
    "fireplace": "a fireplace",
    "houseplant": "a plant in a pot",
    "picture": "a picture on the wall",
    "window": "a window",
    "candle": "a candle",
    "curtain": "curtains",
    "clock": "a clock",
    "mirror": "a mirror",
    "television": "a screen",
    "piano": "a piano",
    "globe": "a globe",
    "ladder": "a ladder",
    "fruit": "a bowl of fruit",
    "cup": "cups",
}

FEATURES: dict[str, str] = SCATTERED | LANDFORMS | PROPS | BUILDINGS | FURNITURE
"""Everything that can be asked for by name -> what it is."""

KINDS: dict[str, tuple[str, ...]] = {
    "place": tuple(PLACES),
    "hint": tuple(PLACES),  # a word that suggests a place without naming it: "ski" -> arctic
    "time": TIMES,
    "weather": WEATHERS,
    "season": SEASONS,
    "sky": SKY,
    "feature": tuple(FEATURES),
    "colour": tuple(COLOURS),
    "material": MATERIALS,
    "mood": MOODS,
    "style": STYLES,
    "size": ("tiny", "small", "big", "huge"),
    "amount": ("few", "many"),
    "strength": ("light", "heavy"),
}
"""Kind -> its names."""
