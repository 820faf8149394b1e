// Everything that shading needs to know of a world, and the steps of shading. Rays themselves are traced by Embree, in
// Python, between the steps.
#pragma once
#include <cstdint>
#include <vector>

#include "noise.h"
#include "pattern.h"

namespace worlds {

// Filled from `lucid3d.procedural.render.light.SkyState`; all float32, the same order.
struct SkyState {
  float sun[3];         // unit direction to the key light, y down
  float sunlight[3];    // its colour at the ground (a white wall facing it has this radiance)
  float disc[3];        // radiance of its disc (0 = hidden)
  float disc_radius;    // radians
  float glow;           // strength of the halo about it
  float moon_phase;     // 0: the light is the sun; else the lit share of the moon's disc
  float stars;          // brightness of the stars
  float haze[3];        // extinction of the air per metre, by channel, at the ground
  float haze_height;    // metres over which it thins out by e
  float mist;           // extinction of ground mist per metre
  float mist_base;      // y of its foot, y down
  float mist_height;    // metres over which it thins out by e
  float mist_color[3];  // radiance of thick mist, away from the sun
  float rainbow;        // strength
  float seed;
  float planet[3];        // unit direction to another world in the sky
  float planet_radius;    // radians, 0 = none
  float planet_color[3];  // its albedo
  float planet_ring;      // 0 or 1
  float fill;             // strength of the part of mist that glows towards the sun
};
constexpr int kSkyFloats = sizeof(SkyState) / sizeof(float);

// Filled from `lucid3d.procedural.kit.water.Water`.
struct WaterState {
  float level;       // y of the surface
  float amplitude;   // metres of the largest waves
  float wavelength;  // metres of the largest waves
  float wind[2];     // direction
  float absorb[3];   // per metre
  float scatter[3];  // radiance albedo of deep water
  float foam;        // 0 to 1
  float flow;        // 0 lake, 1 river: stretches ripples along `wind`
  float seed;
  float frozen;
};
constexpr int kWaterFloats = sizeof(WaterState) / sizeof(float);

struct Lamp {
  float position[3], color[3], radius, reach;
};

struct Table {  // float32 rows x columns x channels
  int rows = 0, columns = 0, channels = 0;
  std::vector<float> values;
};

struct Probes {  // light from all around, on a grid: SH of order 1 (4 coefficients) for each of 3 channels
  int size[3] = {0, 0, 0};
  float origin[3] = {0, 0, 0}, spacing[3] = {1, 1, 1};
  std::vector<float> values;  // [x][y][z][4][3]
};

struct Hit {                                      // surface under a ray, ready to be lit
  Vec3 position, face, normal, albedo, emission;  // face: the triangle's normal towards the viewer
  float translucency, roughness, specular, footprint;
};
constexpr int kHitFloats = sizeof(Hit) / sizeof(float);

template <typename T>
struct View {  // an array that somebody else owns: a world's meshes are hundreds of megabytes, and kept once
  const T* data = nullptr;
  size_t count = 0;
  const T& operator[](size_t i) const { return data[i]; }
  size_t size() const { return count; }
  bool empty() const { return count == 0; }
};

class Scene {
 public:
  View<float> vertices, normals, tints, uv;
  View<uint32_t> triangles;
  View<int32_t> triangle_material;
  std::vector<Material> materials;
  Ground ground{};
  std::vector<float> path;
  SkyState sky{};
  WaterState water{};
  Table air, clouds, horizon;
  std::vector<Lamp> lamps;
  Probes probes;
  float ambient[9][3] = {};

  Hit surface(Vec3 origin, Vec3 direction, float distance, uint32_t triangle, float u, float v, float angle) const;
  Vec3 light(const Hit& hit, Vec3 direction, float sun_visible, float open, const int32_t* shadowed,
             const float* lamp_visible, int lamp_count) const;
  Vec3 sky_light(Vec3 direction, float angle, bool with_disc) const;
  Vec3 through_air(Vec3 radiance, Vec3 origin, Vec3 direction, float distance) const;
  Vec3 through_mist(Vec3 radiance, Vec3 origin, Vec3 direction, float distance) const;
  Vec3 far_air(Vec3 direction) const;
  Vec3 ambient_light(Vec3 position, Vec3 normal) const;
  void nearest_lamps(Vec3 position, Vec3 normal, int count, int32_t* chosen) const;

  Vec3 water_normal(Vec3 position, float footprint, float* roughness, float* crest) const;
  Vec3 water_light(Vec3 origin, Vec3 direction, float distance, float angle, Vec3 mirrored, Vec3 bottom,
                   float thickness, float shore, float sun_visible) const;
};

}  // namespace worlds
