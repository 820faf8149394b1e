// What one sees looking at the sky: gradient, sun or moon, stars, clouds, rainbow.
#include "scene.h"

namespace worlds {
namespace {

constexpr float kPi = 3.14159265f;

Vec3 vec(const float* v) { return {v[0], v[1], v[2]}; }

// Bilinear look-up: rows by the square root of elevation, columns by azimuth, wrapped.
void look_up(const Table& table, Vec3 d, float* out) {
  float azimuth = std::atan2(d.x, d.z) / (2 * kPi);
  azimuth -= floor_int(azimuth);
  const float elevation = std::asin(std::min(std::max(-d.y, 0.0f), 1.0f)) / (kPi / 2);
  const float row = std::sqrt(elevation) * (table.rows - 1), column = azimuth * table.columns;
  const int r = std::min(static_cast<int>(row), table.rows - 2), c = static_cast<int>(column) % table.columns;
  const int next = (c + 1) % table.columns;
  const float fr = row - r, fc = column - static_cast<int>(column);
  for (int k = 0; k < table.channels; ++k) {
    auto at = [&](int y, int x) {
      return table.values[(static_cast<size_t>(y) * table.columns + x) * table.channels + k];
    };
    out[k] = mix(mix(at(r, c), at(r, next), fc), mix(at(r + 1, c), at(r + 1, next), fc), fr);
  }
}

// Stars: a few to each cell of a cube around the eye, brightness by a power law, drawn as wide as the pixel.
Vec3 stars(Vec3 d, float angle, uint32_t seed) {
  const float ax = std::fabs(d.x), ay = std::fabs(d.y), az = std::fabs(d.z);
  const float big = std::max(ax, std::max(ay, az));
  const int side = big == ax ? (d.x > 0 ? 0 : 1) : big == ay ? (d.y > 0 ? 2 : 3) : (d.z > 0 ? 4 : 5);
  const float u = (side < 2 ? d.y : d.x) / big, v = (side < 4 && side > 1 ? d.z : side < 2 ? d.z : d.y) / big;
  constexpr float cells = 42;  // to a unit of the cube's face
  const int iu = floor_int(u * cells), iv = floor_int(v * cells);
  const float width = std::max(angle * 0.75f, 0.0006f) * cells;
  Vec3 sum{0, 0, 0};
  for (int dv = -1; dv <= 1; ++dv)
    for (int du = -1; du <= 1; ++du) {
      const uint32_t h = hash(iu + du, iv + dv, side, seed);
      const float x = iu + du + unit(hash(h + 1u)), y = iv + dv + unit(hash(h + 2u));
      const float r2 = ((u * cells - x) * (u * cells - x) + (v * cells - y) * (v * cells - y)) / (width * width);
      if (r2 > 9) continue;
      const float magnitude = 0.012f / (unit(h) + 0.006f);  // few are bright
      const float hue = unit(hash(h + 3u));
      const float spread = std::max(angle * 0.75f, 0.0006f) / 0.0011f;
      sum += mix(Vec3{1.0f, 0.82f, 0.65f}, Vec3{0.75f, 0.85f, 1.0f}, hue) *
             (magnitude * std::exp(-r2) / (spread * spread));
    }
  return sum;
}

}  // namespace

Vec3 Scene::sky_light(Vec3 direction, float angle, bool with_disc) const {
  const Vec3 d = normalize(direction), sun = vec(sky.sun);
  Vec3 out{0, 0, 0};
  if (air.rows > 1) look_up(air, d, &out.x);
  const float rise = -d.y, cosine = dot(d, sun);
  const float above = smoothstep(-0.01f, 0.22f, rise);
  if (sky.stars > 0 && rise > 0) {
    const uint32_t seed = static_cast<uint32_t>(sky.seed) + 5;
    const Vec3 pole = normalize({0.45f, -0.5f, 0.74f});
    const float band = dot(d, pole), dust = fbm3(d * 3.1f, seed, {5, 0.55f});
    const float milky = std::exp(-band * band * 22) * clamp01(0.55f + 0.9f * dust);
    const float rift =
        1 - 0.75f * std::exp(-band * band * 160) * smoothstep(-0.1f, 0.35f, fbm3(d * 4.7f, seed + 3, {5, 0.55f}));
    out += (stars(d, angle, seed) * 0.9f + Vec3{0.018f, 0.02f, 0.028f} * (milky * rift)) * (sky.stars * above);
  }
  if (with_disc && sky.glow > 0) {
    const float off = std::acos(std::min(std::max(cosine, -1.0f), 1.0f));
    const float r = sky.disc_radius, soft = std::max(angle * 0.7f, r * 0.06f);
    float disc = 1 - smoothstep(r - soft, r + soft, off);
    Vec3 face = vec(sky.disc);
    if (sky.moon_phase > 0 && disc > 0) {
      const Vec3 right = normalize(cross({0, 1, 0}, sun)), down = cross(sun, right);
      const float x = dot(d, right) / r, y = dot(d, down) / r, z = std::sqrt(std::max(1 - x * x - y * y, 0.0f));
      const float turn = (1 - sky.moon_phase) * kPi;
      const float lit = smoothstep(-0.05f, 0.15f, x * std::sin(turn) + z * std::cos(turn));
      const float maria = clamp01(0.75f + 0.8f * fbm3({x * 1.3f, y * 1.3f, z * 1.3f}, 91, {5, 0.55f}));
      face = face * (0.02f + lit * maria);
    }
    out += face * disc;
    const float tight = std::exp(-off / (0.02f + 0.6f * r)), wide = std::exp(-off * 7.0f);
    out += vec(sky.sunlight) * (sky.glow * (0.35f * tight + 0.1f * wide));
  }
  if (sky.planet_radius > 0) {
    const Vec3 centre = vec(sky.planet), right = normalize(cross({0, 1, 0}, centre)), down = cross(centre, right);
    const float ahead = dot(d, centre), scale = 1 / std::sin(sky.planet_radius);
    const float x = dot(d, right) * scale, y = dot(d, down) * scale, r = std::sqrt(x * x + y * y),
                soft = std::max(angle * scale, 0.004f);
    if (ahead > 0 && r < 2.6f) {
      // Lit from the sun's side, but fuller than it would be: a thin crescent is lost in the day's sky.
      const Vec3 light = normalize(sun * 0.7f - centre * 0.75f), strength = vec(sky.sunlight) * 0.9f;
      const float inside = 1 - smoothstep(1 - soft, 1 + soft, r);
      if (inside > 0) {
        const float z = std::sqrt(std::max(1 - r * r, 0.0f));
        const Vec3 n = right * x + down * y - centre * z;
        const float lat = x * 0.34f + y * 0.94f, swirl = fbm3(n * 2.2f, 71, {5, 0.55f});
        const float bands = std::sin(lat * 15 + 2.2f * swirl) * 0.5f + 0.35f * std::sin(lat * 37 + 3 * swirl);
        const Vec3 face = vec(sky.planet_color) * (1 + 0.28f * bands + 0.2f * swirl);
        const float lit = smoothstep(-0.08f, 0.5f, dot(n, light));
        out = mix(out, out + face * strength * lit, inside);
      }
      if (sky.planet_ring > 0) {
        const float u = x * 0.94f - y * 0.34f, v = (x * 0.34f + y * 0.94f) * 4.2f, q = std::sqrt(u * u + v * v);
        const float ring =
            smoothstep(1.35f, 1.42f, q) * (1 - smoothstep(2.2f, 2.3f, q)) * (0.5f + 0.5f * noise2({q * 17, 3}, 5));
        if (r > 1 || v > 0) out += vec(sky.planet_color) * strength * (0.35f * ring);
      }
    }
  }
  if (sky.rainbow > 0) {
    const float anti = std::acos(std::min(std::max(-cosine, -1.0f), 1.0f)) * 180 / kPi;
    auto band = [&](float centre) { return std::exp(-(anti - centre) * (anti - centre) / 0.55f); };
    auto outer = [&](float centre) { return std::exp(-(anti - centre) * (anti - centre) / 1.4f); };
    const Vec3 bow =
        Vec3{band(42.3f), band(41.4f), band(40.4f)} + Vec3{outer(50.6f), outer(51.8f), outer(53.2f)} * 0.25f;
    out += bow * (sky.rainbow * 0.22f) + Vec3{1, 1, 1} * (sky.rainbow * 0.03f * smoothstep(42, 36, anti));
  }
  if (clouds.rows > 1) {
    float c[4];
    look_up(clouds, d, c);
    out = out * c[3] + vec(c);
  }
  return out;
}

}  // namespace worlds
