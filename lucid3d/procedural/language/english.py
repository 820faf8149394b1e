"""English words and phrases for every meaning.

Only base forms: endings (boats, misty, wooden, snow-covered) are taken off by rules. A phrase may stand under several
meanings and then has all of them.
"""

from __future__ import annotations

PHRASES: dict[str, str] = {
    # Places named outright.
    "place.alpine_lake": """alpine lake; mountain lake; glacier lake; glacial lake; fjord; loch; tarn; lakeside;
        lakeshore; alpine; alps; highland; lake shore; lake district; shore of a lake; shore of the lake;
        shores of a lake; shore of a mountain lake; bank of a lake""",
    "place.meadow": """meadow; grassland; prairie; pasture; field of flower; flower field; wildflower; steppe;
        savannah; savanna; flower meadow; lawn; rolling hill; hillside; moor; moorland; heath; plain; valley;
        glade; lavender field; tulip field; poppy field""",
    "place.forest": """forest; bamboo forest; bamboo grove; wood; woodland;
        grove; taiga; pine forest; birch forest; thicket; redwood; copse;
        clearing""",
    "place.jungle": "jungle; rainforest; rain forest; tropical forest; amazon; tropic; cloud forest",
    "place.desert": "desert; dune; sand dune; sahara; gobi; oasis; arabia; wasteland; badland sand",
    "place.canyon": """canyon; gorge; ravine; mesa; badland; butte; grand canyon; monument valley; slot canyon;
        arroyo; wild west""",
    "place.coast": """coast; beach; shore; seaside; cliff; bay; ocean; seashore; shoreline; coastline; cove;
        harbour; harbor; sea cliff; surf; lagoon; atlantic; pacific; mediterranean""",
    "place.island": """island; isle; atoll; archipelago; tropical island; desert island; caribbean; polynesia;
        maldives""",
    "place.arctic": """arctic; antarctic; antarctica; tundra; polar; north pole; south pole; glacier; ice field;
        snowfield; greenland; ice floe; icescape; pack ice; frozen waste; frozen wasteland""",
    "place.volcano": "volcano; volcanic; crater; caldera; lava field; eruption; hell; inferno; lava",
    "place.swamp": "swamp; marsh; bog; wetland; bayou; mangrove; mire; fen; quagmire; everglades",
    "place.farmland": """farmland; farm; countryside; field; farmyard; wheat field; corn field; rice field;
        vineyard; ranch; cornfield; agricultural; rural; rice terrace; paddy; orchard""",
    "place.village": "village; hamlet; settlement; fishing village; shire; cottage; country village; hobbit village",
    "place.town_street": """town; street; alley; old town; town square; cobblestone street; cobbled street;
        main street; town street; market square; plaza; piazza; venice; paris; prague; florence;
        marketplace; market town""",
    "place.modern_city": """city; modern city; metropolis; downtown; skyline; cityscape; avenue; boulevard;
        new york; tokyo; hong kong; shanghai; chicago; manhattan; urban; megacity; city street; high street;
        intersection; crossroad""",
    "place.ruins": """ruin; ruined; ancient ruin; ruined temple; temple ruin; lost city; acropolis; roman ruin;
        greek ruin; abandoned temple; ruined castle; colosseum; pompeii; archaeological""",
    "place.space_station": """space station; spaceship; spacecraft; starship; spaceship interior;
        orbital station; cockpit; space ship; space habitat; orbit; control room; bridge of a spaceship;
        airlock; iss""",
    "place.living_room": """living room; lounge; sitting room; parlour; parlor; drawing room; salon; room;
        interior; apartment; flat; indoor; indoors; home; loft; family room; house interior; cabin interior;
        hall; cafe; tavern; pub""",
    "place.kitchen": "kitchen; kitchenette; cookery; bakery; scullery; diner; kitchen interior",
    "place.bedroom": """bedroom; bed chamber; bedchamber; guest room; hotel room; nursery; dormitory;
        attic room; attic; sleeping room""",
    "place.library": "library; bookshop; bookstore; reading room; study; archive; old library; study room",
    "place.cave": "cave; cavern; grotto; crystal cave; underground; mine; tunnel; ice cave; cave mouth; catacomb",
    "place.temple": """temple; shrine; pagoda temple; buddhist temple; japanese temple; monastery; sanctuary;
        pantheon; parthenon; greek temple; zen temple; angkor; hindu temple""",
    "place.garden": """garden; park; botanical garden; zen garden; japanese garden; rose garden; backyard;
        courtyard; english garden; patio; flower garden; maze; hedge maze; greenhouse""",
    "place.other_planet": """alien planet; other planet; another planet; mars; martian; exoplanet; alien world;
        lunar surface; alien landscape; moonscape; moon surface; surface of the moon; on the moon; alien;
        extraterrestrial; planet surface; red planet; on mars; another world; distant planet; strange planet;
        desert planet; ice planet; jungle planet; rocky planet""",
    # Words that suggest a place when no other is named.
    "hint.alpine_lake": """lake; mountain; mountainous; peak; summit; snow mountain; mountain range; nature;
        landscape; outdoors; scenery; waterfall; cascade; cataract; falls""",
    "hint.meadow": "grass; flower; hill; spring; picnic; kite; butterfly; bee; sheep; horse; windmill",
    "hint.forest": """tree; pine; birch; oak; maple; fern; mushroom; moss; deer; camp; fairy; elf; elven; river;
        stream; autumn leaf; fir; spruce; bear; tent; cabin""",
    "hint.jungle": "liana; vine; parrot; monkey; tiger; tropical; orchid; bamboo",
    "hint.desert": "sand; cactus; camel; pyramid; arid; egypt",
    "hint.coast": "sea; wave; lighthouse; sail; pier; surfer; seagull; boat; ship",
    "hint.island": "palm; palm tree; coconut; paradise; treasure; pirate",
    "hint.arctic": """iceberg; igloo; polar bear; penguin; ice; sled; ski; aurora; northern light; snow;
        blizzard; reindeer; ice floe; floe; pack ice; icicle""",
    "hint.volcano": "magma; ash; basalt; dragon",
    "hint.swamp": "reed; crocodile; frog; lily; water lily; pond; mud",
    "hint.farmland": """barn; tractor; cow; wheat; corn; hay; crop; scarecrow; harvest; pig; chicken; rice;
        grain; sunflower; barley; maize; rye; vineyard; wheat field; corn field; rice field; cornfield; plough;
        rapeseed; oat; paddy; vegetable""",
    "hint.village": "church; house; well; cart; hut; thatch; castle; peasant; wagon; cabin in a village",
    "hint.town_street": """road; lane; shop; cobble; cobblestone; lantern; street lamp; market; lamp post; streetlight;
        bicycle; pavement; sidewalk; stall; balcony""",
    "hint.modern_city": """skyscraper; tower block; car; taxi; traffic; neon; cyberpunk; bus; office; subway;
        crosswalk; billboard; robot; night market""",
    "hint.ruins": "column; pillar; ancient; roman; greek; archaeology",
    "hint.space_station": """space; astronaut; galaxy; nebula; cosmos; cosmic; sci-fi; sci fi; science fiction;
        satellite""",
    "hint.living_room": "sofa; couch; fireplace; armchair; television; rug; piano; hearth; chandelier; ceiling",
    "hint.kitchen": "stove; oven; fridge; cooking; sink; kettle; food; fruit; pot; pan; breakfast; tea; coffee",
    "hint.bedroom": "bed; pillow; blanket; sleep; duvet",
    "hint.library": "book; bookshelf; bookcase; manuscript; scroll; desk; globe",
    "hint.cave": "stalactite; stalagmite; crystal; gem; bat; treasure cave; dungeon",
    "hint.temple": "buddha; incense; altar; pagoda; torii; monk; samurai; japan; china",
    "hint.garden": "rose; hedge; fountain; pergola; topiary; gazebo; tulip; lawn chair; statue; cherry blossom",
    "hint.other_planet": "ufo; rover; lander; crater field; meteor; planet",
    # Time of day.
    "time.dawn": "dawn; daybreak; first light; before sunrise; early light; blue hour",
    "time.sunrise": "sunrise; rising sun; sun rise; golden hour; golden light",
    "time.morning": "morning; breakfast; early day; sunlit morning",
    "time.noon": "noon; midday; lunchtime; high noon; daylight; daytime; day; broad daylight",
    "time.afternoon": "afternoon; late day; late afternoon; tea time",
    "time.sunset": "sunset; evening; setting sun; sun set; sundown; sun down; evening light",
    "time.dusk": "dusk; twilight; nightfall; gloaming; late evening",
    "time.night": """night; midnight; nighttime; nocturnal; moonlit; moonlight; starlit; starry night;
        starlight; nightly; bedtime""",
    "sky.moon": "moon; full moon; crescent; moonlit; moonlight; lunar; half moon; moonrise",
    "sky.stars": """star; starry; milky way; galaxy; starlit; starlight; constellation; starry night; nebula;
        cosmos; night sky; shooting star; meteor""",
    "sky.aurora": "aurora; northern light; southern light; aurora borealis; polar light; aurora australis",
    "sky.rainbow": "rainbow; double rainbow",
    "sky.lightning": "lightning; lightning bolt; lightning strike; lightning flash; thunderbolt",
    "sky.puddles": "puddle",
    # Weather.
    "weather.clear": """clear; sunny; sun; cloudless; blue sky; fair weather; bright; sunshine; sunlit;
        sunlight; fine weather; sun drenched; clear sky; bright day""",
    "weather.cloudy": """cloudy; cloud; overcast; gray sky; grey sky; gloomy sky; dull; cloudscape; cumulus;
        partly cloudy; leaden sky""",
    "weather.mist": "mist; fog; haze; smog; foggy; misty; hazy; vapour; vapor; steam; smoke; smoky; murky; brume",
    "weather.rain": "rain; drizzle; shower; downpour; wet; monsoon; puddle; after the rain; raindrop; damp",
    "weather.snow": """snow; snowfall; blizzard; flurry; snowflake; sleet; snowy; snow covered; snowstorm;
        snow capped mountain in winter""",
    "weather.storm": """storm; thunder; lightning; lightning bolt; lightning strike; lightning flash; thunderbolt;
        tempest; hurricane; thunderstorm; gale; windy; typhoon; wind;
        cyclone; tornado; sandstorm storm; squall""",
    "season.spring": """spring; springtime; april; may month; blossom; blooming; cherry blossom; bloom;
        march month; easter""",
    "season.summer": "summer; summertime; july; august; june; midsummer; hot; warm; heat",
    "season.autumn": """autumn; fall foliage; autumnal; october; november; september; in fall; in the fall;
        fall color; fall colour; fallen leaf; autumn leaf; halloween; harvest""",
    "season.winter": """winter; wintertime; december; january; february; frozen; frost; frosty; icy; wintry;
        christmas; cold; freezing; chilly; snow; blizzard; snowstorm""",
    # Plants and what lies about.
    "feature.trees": """tree; wooded; tree line; treeline; jacaranda; baobab; eucalyptus; linden; chestnut;
        apple tree; fruit tree; olive tree; mangrove tree""",
    "feature.pines": """pine; conifer; fir; spruce; evergreen; cedar; larch; redwood; sequoia; pine tree;
        fir tree; christmas tree; pine forest""",
    "feature.birches": "birch; aspen; birch tree; poplar; birch forest",
    "feature.oaks": "oak; beech; elm; ash tree; oak tree; deciduous; broadleaf; walnut tree; sycamore",
    "feature.maples": "maple; maple tree; red maple; japanese maple",
    "feature.palms": "palm; palm tree; coconut; coconut palm; date palm; coconut tree",
    "feature.willows": "willow; weeping willow; willow tree",
    "feature.cypresses": "cypress; cypress tree; juniper",
    "feature.cherry_trees": """cherry tree; cherry blossom; sakura; blossoming tree; plum blossom; magnolia;
        peach blossom; almond tree; cherry""",
    "feature.dead_trees": """dead tree; bare tree; leafless tree; gnarled tree; twisted tree; driftwood; stump;
        fallen tree; withered tree; log""",
    "feature.bamboo": "bamboo; bamboo grove; bamboo forest",
    "feature.cacti": "cactus; cacti; saguaro; agave; succulent; joshua tree",
    "feature.bushes": """bush; shrub; hedge; undergrowth; scrub; heather; thornbush; topiary; hedge maze;
        bramble; sagebrush""",
    "feature.ferns": "fern; bracken; vine; liana; frond",
    "feature.grass": "grass; lawn; tall grass; turf; tussock; grassy; clover; meadow grass",
    "feature.flowers": """flower; wildflower; blossom; bloom; daisy; poppy; rose; tulip; lavender; sunflower;
        buttercup; lupin; lupine; bluebell; daffodil; orchid; iris; peony; edelweiss; flowerbed; flower bed;
        dandelion; violet flower; lily of the valley; lavender field; tulip field; poppy field; flower field;
        hydrangea; cornflower; marigold; crocus""",
    "feature.mushrooms": "mushroom; toadstool; fungus; fungi",
    "feature.reeds": "reed; rush; cattail; bulrush; sedge; papyrus",
    "feature.lilies": "lily; water lily; lily pad; lotus; waterlily; lilypad",
    "feature.rocks": """rock; boulder; stone on the ground; pebble; cobble rock; rocky; crag; scree; outcrop;
        shingle; gravel; meteorite; cliff rock""",
    "feature.leaves": "fallen leaf; autumn leaf; leaf; foliage; leaf litter; falling leaf",
    "feature.hay": "hay; haystack; hay bale; straw; bale; straw bale",
    "feature.crystals": """crystal; gem; quartz; gemstone; amethyst; glowing crystal; crystal cave; jewel;
        diamond; ruby; emerald; sapphire""",
    # Landforms.
    "feature.mountains": """mountain; peak; summit; mountain range; mountainous; snowy peak; massif; sierra;
        himalaya; matterhorn; alps; ridge; snow mountain; everest""",
    "feature.hills": "hill; rolling hill; hilly; hillock; mound; knoll; hillside",
    "feature.lake": "lake; pond; lagoon; tarn; pool; oasis; reservoir; lakeside; water; waterhole",
    "feature.river": """river; stream; brook; creek; rapid; canal; rivulet; riverbank; rill; waterfall; cascade;
        cataract; falls""",
    "feature.sea": "sea; ocean; wave; surf; seaside; tide; sea view",
    "feature.lava": "lava; magma; lava flow; lava river; molten rock; eruption; lava lake",
    # Things people put there.
    "feature.pier": "pier; jetty; dock; wharf; quay; boardwalk; landing stage; gangway; berth; mooring",
    "feature.boat": """boat; rowboat; rowing boat; canoe; ship; sailboat; sail; sailing boat; kayak; dinghy;
        yacht; gondola; vessel; raft; fishing boat; shipwreck; ferry; junk boat""",
    "feature.fence": "fence; railing; picket fence; paling; handrail; barrier; hurdle",
    "feature.path": """path; trail; footpath; track; dirt road; walkway; gravel path; way; pathway;
        country road; winding road; promenade; stepping stone; road""",
    "feature.lamp": """lamp; lantern; street lamp; streetlight; street light; lamp post; lamppost; light bulb;
        chandelier; torch; lamplight; lamplit; lantern light; lampshade; gaslight; floor lamp; table lamp;
        desk lamp; fairy light; paper lantern; warm light; string light; firefly; lit; illuminated; neon;
        neon light; neon sign; glowing light; spotlight; lights""",
    "feature.bridge": "bridge; footbridge; viaduct; arched bridge; aqueduct; suspension bridge",
    "feature.bench": "bench; seat; park bench; pew",
    "feature.well": "with a well; by a well; and a well; the well; near a well; well of water; "
    "water well; wishing well; old well; stone well; village well",
    "feature.campfire": "campfire; bonfire; camp fire; brazier; fire pit; fire",
    "feature.tent": "tent; camp; campsite; yurt; tipi; teepee; pavilion; camping; igloo; marquee",
    "feature.sign": "sign; signpost; road sign; milestone; waymark; guidepost; billboard; signboard",
    "feature.cart": "cart; wagon; wheelbarrow; carriage; handcart; rickshaw; coach; trolley",
    "feature.barrel": """barrel; crate; box; cask; keg; chest; sack; treasure; treasure chest; suitcase; basket;
        luggage""",
    "feature.statue": """statue; sculpture; monument; buddha; obelisk; idol; bust; totem; stone lion; moai;
        gargoyle; angel; snowman; scarecrow; standing stone; stonehenge; menhir; gravestone; tombstone;
        graveyard; cemetery""",
    "feature.fountain": "fountain; birdbath; water feature; spring fountain",
    "feature.gate": """gate; arch; torii; archway; gateway; portal; torii gate; pergola; triumphal arch;
        portcullis; garden gate; gazebo""",
    "feature.wall": """stone wall; dry stone wall; city wall; rampart; old wall; broken wall; great wall;
        garden wall; wall""",
    "feature.stairs": """stair; stairs; staircase; step; steps; stone step; stairway; terrace step;
        spiral staircase; ladder stair""",
    "feature.car": """car; taxi; automobile; van; vehicle; bus; truck; pickup; parked car; tram; traffic;
        tractor; lorry; cab""",
    "feature.stall": """stall; market; market stall; kiosk; booth; awning; night market; marketplace; bazaar;
        street food; christmas market""",
    "feature.column": "column; pillar; colonnade; broken column; marble column; pilaster; portico",
    "feature.rover": """rover; lander; moon base; mars base; rocket; probe; ufo; flying saucer; space capsule;
        colony; habitat dome; dome""",
    "feature.planet": """planet; gas giant; ringed planet; saturn; earth; jupiter; planets in the sky;
        two planets; planet earth; celestial body""",
    # Buildings.
    "feature.cabin": """cabin; hut; log cabin; shed; chalet; shack; lodge; boathouse; mountain hut; beach hut;
        bungalow; treehouse; hermitage; cabana""",
    "feature.house": """house; cottage; farmhouse; villa; mansion; home on the hill; manor; half timbered house;
        row house; building; inn; shop; townhouse; country house; hobbit house""",
    "feature.barn": "barn; stable; silo; granary; farm building; cowshed; mill",
    "feature.lighthouse": "lighthouse; beacon; light house",
    "feature.castle": "castle; fortress; palace; citadel; keep; fort; stronghold; chateau; fortification",
    "feature.windmill": "windmill; wind mill; wind turbine; wind wheel",
    "feature.tower": """tower; belfry; watchtower; clock tower; bell tower; turret; minaret; campanile; spire;
        ziggurat; pyramid""",
    "feature.church": "church; chapel; cathedral; abbey; steeple; basilica; minster",
    "feature.pagoda": "pagoda; stupa; tea house; teahouse; chinese tower",
    "feature.skyscraper": """skyscraper; tower block; high rise; highrise; office tower; office;
        apartment block; skyline""",
    # Furniture.
    "feature.bed": "bed; four poster; double bed; bunk; cot; pillow; blanket; duvet; bunk bed; mattress; quilt",
    "feature.sofa": "sofa; couch; settee; divan; chesterfield; loveseat",
    "feature.armchair": """armchair; easy chair; rocking chair; wing chair; recliner; comfy chair; throne;
        captain chair""",
    "feature.table": """table; coffee table; dining table; sideboard; side table; kitchen table; console;
        workbench; counter; kitchen island; altar""",
    "feature.chair": "chair; stool; dining chair; bar stool; wooden chair",
    "feature.desk": "desk; writing desk; bureau; writing table; office desk; reading table",
    "feature.bookshelf": """bookshelf; bookcase; shelf; shelving; wall of book; rows of book; cabinet;
        book shelf; cupboard; wardrobe; dresser; chest of drawer""",
    "feature.books": "book; novel; tome; manuscript; stack of book; pile of book; scroll; magazine; reading",
    "feature.rug": "rug; carpet; mat; persian rug; tatami; doormat",
    "feature.fireplace": """fireplace; hearth; chimney; wood stove; open fire; log fire; crackling fire; stove;
        oven; mantelpiece""",
    "feature.houseplant": """houseplant; potted plant; plant; pot plant; indoor plant; bonsai; flowerpot;
        flower pot; vase; vase of flower; ficus; monstera; fern pot; potted; plants""",
    "feature.picture": """picture; painting on the wall; poster; artwork; photo frame; picture frame; portrait;
        map; tapestry; framed picture; framed""",
    "feature.window": """window; skylight; french window; bay window; porthole;
        panorama window; glass wall; windowsill; viewport""",
    "feature.candle": "candle; candlelight; candlelit; candlestick; candelabra; candleholder; tea light",
    "feature.curtain": "curtain; drape; blind; drapery; drapes; canopy",
    "feature.clock": "clock; grandfather clock; wall clock",
    "feature.mirror": "mirror; looking glass",
    "feature.television": "television; tv; monitor; computer; screen; hologram; laptop; display; control panel",
    "feature.piano": "piano; grand piano; upright piano; organ",
    "feature.globe": "globe; telescope; armillary; orrery",
    "feature.ladder": "ladder; library ladder; rolling ladder",
    "feature.fruit": """fruit; bowl of fruit; apple; orange fruit; lemon; bread; food; pear; banana; fruit bowl;
        grape; vegetable""",
    "feature.cup": """cup; mug; tea; coffee; teapot; kettle; bottle; dish; plate; jar; pot; pan; bowl;
        glass of wine; wine glass; tableware""",
    # Colours.
    "colour.red": "red; crimson; scarlet; ruby; vermilion; maroon; burgundy; cherry red; poppy; blood red",
    "colour.orange": "orange; tangerine; amber; terracotta; rust; copper; apricot; ochre; coral",
    "colour.yellow": "yellow; lemon yellow; mustard; sunflower; buttercup; daffodil; dandelion; canary; rapeseed",
    "colour.green": "green; emerald; olive; lime; mint; sage; jade; mossy",
    "colour.turquoise": "turquoise; teal; cyan; aqua; aquamarine; turquoise blue",
    "colour.blue": "blue; azure; navy; indigo; cobalt; sapphire; bluebell; cornflower; ultramarine; cerulean",
    "colour.purple": """purple; violet; lilac; lavender; magenta; mauve; plum; amethyst; lupin; lupine; heather;
        crocus""",
    "colour.pink": "pink; rose pink; fuchsia; salmon; peony; sakura; cherry blossom; blush",
    "colour.brown": "brown; chestnut brown; chocolate; tan; sepia brown; umber; beige; walnut; mahogany",
    "colour.black": "black; ebony; jet black; obsidian; onyx; charcoal",
    "colour.grey": "grey; gray; silver; slate; ash grey; pewter",
    "colour.white": "white; ivory; cream; pearl; daisy; whitewashed; snow white; edelweiss; alabaster",
    "colour.gold": "gold; golden; gilded; brass; gilt; honey",
    # Materials.
    "material.wood": """wooden; timber; plank; log; oak wood; pine wood; bamboo wood; teak; walnut; mahogany;
        parquet; timbered; half timbered; log cabin""",
    "material.stone": """stone; granite; cobblestone; limestone; slate; flagstone; cobble; cobbled; basalt;
        rubble stone""",
    "material.brick": "brick; red brick; bricks; brickwork; terracotta",
    "material.plaster": "plaster; stucco; whitewashed; adobe; plastered; rendered; limewash; painted wall",
    "material.metal": "metal; steel; iron; metallic; copper; brass; aluminium; aluminum; chrome; rusty; bronze",
    "material.glass": "glass; glazed; crystal glass; glass and steel; mirrored",
    "material.marble": "marble; alabaster; travertine; onyx",
    "material.concrete": "concrete; cement; brutalist; tarmac; asphalt",
    "material.thatch": "thatch; thatched; straw roof; reed roof; thatched roof",
    "material.sandstone": "sandstone; adobe; red rock; clay; mudbrick",
    "material.leather": "leather; suede; leathery; velvet",
    # Moods and styles.
    "mood.calm": """calm; peaceful; serene; tranquil; quiet; still; silent; relaxing; idyllic; gentle; zen;
        mirror like; placid; glassy; soothing; hushed""",
    "mood.cosy": """cosy; cozy; snug; homely; comfortable; inviting; hygge; homey; comfy; welcoming; intimate;
        warm light""",
    "mood.cheerful": """cheerful; happy; joyful; lively; merry; playful; lovely; festive; whimsical; cute; fun;
        delightful; beautiful; charming; nice; pretty""",
    "mood.eerie": """eerie; spooky; creepy; haunted; scary; horror; sinister; ghostly; ominous; halloween;
        unsettling; cursed; nightmare; abandoned; ghost""",
    "mood.lonely": """lonely; desolate; deserted; solitary; melancholic; melancholy; sad; forlorn; isolated;
        remote; bleak; forgotten; empty""",
    "mood.romantic": "romantic; love; tender; honeymoon; wedding; dinner for two; nostalgic",
    "mood.magical": """magical; magic; enchanted; fairy; fairytale; fairy tale; fantasy; mystical; mythical;
        ethereal; mysterious; elven; wizard; bewitched; sacred; witch; otherworldly; glowing; hobbit""",
    "mood.dreamy": "dreamy; dream; dreamlike; surreal; soft; hazy dream; vaporwave; heavenly; heaven",
    "mood.epic": """epic; majestic; dramatic; grand; awe inspiring; heroic; cinematic; breathtaking;
        spectacular; stunning; magnificent; vast; sublime; wide""",
    "mood.dark": """dark; gloomy; moody; sombre; somber; grim; shadowy; dim; gothic; dusky; murky; dystopian;
        apocalyptic; post apocalyptic""",
    "style.photograph": """photograph; photo; photorealistic; realistic; photography; hdr; photographic; uhd;
        dslr; highly detailed; detailed""",
    "style.painting": """painting; oil painting; impressionist; painted; monet; van gogh; painterly; canvas;
        concept art; artstation; art""",
    "style.watercolour": """watercolour; watercolor; aquarelle; ink wash; gouache; sketch; ghibli; anime;
        illustration; studio ghibli; storybook""",
    "style.vintage": """vintage; retro; sepia; old photo; victorian; antique; polaroid; film grain;
        nostalgic photo; steampunk; analog; old fashioned""",
    "style.noir": "noir; black and white; monochrome; film noir; greyscale; grayscale",
    "style.pastel": """pastel; soft colour; soft color; muted; pale; faded; scandinavian; washed out;
        minimal colour; desaturated""",
    "style.vivid": """vivid; colourful; colorful; vibrant; saturated; cartoon; pop art; bold colour; bold color;
        bright colour; bright color; comic; technicolor; low poly; pixel art; lush colour; lego; minecraft;
        candy""",
    "style.cyberpunk": "cyberpunk; neon; blade runner; synthwave; neon lit; neon light; neon sign; cyber; outrun",
    "style.futuristic": """futuristic; sci-fi; sci fi; science fiction; future; high tech; space age;
        cyber future; robotic; utopian; modern""",
    "style.medieval": """medieval; middle ages; knight; gothic; feudal; renaissance; tudor; viking;
        half timbered; old world; castle town""",
    "style.rustic": """rustic; farmhouse style; weathered; shabby; worn; old; country style; aged; ancient;
        traditional; ramshackle; quaint; crumbling; overgrown; dilapidated""",
    "style.minimal": """minimal; minimalist; clean; simple; tidy; sparse furniture; japandi; plain; bare;
        spartan; sleek""",
    # Modifiers.
    "size.tiny": "tiny; little; miniature; minuscule; wee",
    "size.small": "small; low; short; narrow; modest; young; compact",
    "size.big": "big; large; tall; high; great; old growth; long; steep; giant tree; spacious; deep",
    "size.huge": "huge; giant; enormous; gigantic; massive; towering; colossal; monumental; immense; mighty",
    "amount.many": """dense; lush; overgrown; full of; thick; abundant; covered in; covered with; packed;
        filled with; verdant; cluttered; thousands of""",
    "amount.few": "sparse; scattered; barren; bare; thin; scarce; lone; treeless; empty",
    "strength.light": "light; slight; faint; gentle; soft; thin; subtle; delicate; low",
    "strength.heavy": "heavy; thick; dense; strong; torrential; deep; pouring; raging; violent; intense",
}
