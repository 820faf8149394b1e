// Materials worked out by rule at a point: hue, relief, roughness, glow.
#pragma once
#include <cstdint>

#include "noise.h"

namespace worlds {

// The order of `lucid3d.procedural.kit.materials.PATTERNS`.
enum Kind : int {
  kMottled,
  kPlanks,
  kBrick,
  kPlaster,
  kStone,
  kCobble,
  kTile,
  kRoofTile,
  kShingle,
  kThatch,
  kFabric,
  kCarpet,
  kMetal,
  kPanel,
  kGlass,
  kBark,
  kLeaf,
  kGrass,
  kPetal,
  kRock,
  kConcrete,
  kAsphalt,
  kWood,
  kMarble,
  kPaper,
  kPlain,
  kEmissive,
  kSnow,
  kSand,
  kGround,
  kWater,
  kWindows,
  kRoad,
  kCrop,
  kLava,
  kIce
};

// One row of the material table; all float32 so that numpy can fill it.
struct Material {
  float kind;
  float base[3], second[3], third[3];  // linear albedo
  float scale, bump, roughness;
  float emission[3];
  float translucency, wear, variation, seed;
};
constexpr int kMaterialFloats = sizeof(Material) / sizeof(float);

struct Surface {
  Vec3 albedo;
  Vec3 emission;
  float height;  // relief in metres, along the normal
  float roughness;
  float specular;  // reflectance at normal incidence
};

// Where on the surface: world position, pattern coordinates in metres, unit normal (y down), width of the pixel in
// metres, and the height above the foot of the object where it matters (0 if unknown).
struct Spot {
  Vec3 position;
  Vec2 uv;
  Vec3 normal;
  float footprint;
};

Surface evaluate(const Material& material, const Spot& spot);

// The land, in layers. Filled from `lucid3d.procedural.kit.ground.Ground`; all float32, the same order.
struct Ground {
  float grass[3], grass_dark[3], grass_dry[3], soil[3], litter[3], rock[3], rock_light[3], rock_dark[3];
  float sand[3], sand_dark[3], snow[3], gravel[3], path[3], glow[3];
  float vegetation, treeline, rock_slope, snow_line, snow_cover, beach, water_level, wetness;
  float strata, strata_scale, ripples, litter_amount, fields, cracks, lava, path_width, path_points, moss, seed,
      dryness, pebbles;
};
constexpr int kGroundFloats = sizeof(Ground) / sizeof(float);

// What varies over metres: shared between a point and its near neighbours when relief is measured.
struct Broad {
  float far, large, mid, path;
};

// With `again`, `broad` is read instead of worked out.
Surface evaluate_ground(const Ground& ground, const float* path, const Spot& spot, Broad* broad, bool again);

}  // namespace worlds
