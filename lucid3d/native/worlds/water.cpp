// Water seen from above: waves that fade with distance, Fresnel, depth colour, foam, the glitter of the sun.
#include "scene.h"

namespace worlds {
namespace {

constexpr float GLITTER_MOST = 1.2f;  // radiance of the sun's path, of a white wall's in the sun

Vec3 vec(const float* v) { return {v[0], v[1], v[2]}; }

}  // namespace

Vec3 Scene::water_normal(Vec3 p, float footprint, float* roughness, float* crest) const {
  const uint32_t seed = static_cast<uint32_t>(water.seed);
  const float wx = water.wind[0], wz = water.wind[1];
  const Vec2 along{p.x * wx + p.z * wz, p.x * -wz + p.z * wx};
  float slope_x = 0, slope_y = 0, lost = 0, height = 0;
  float length = water.wavelength, amplitude = water.amplitude;
  // Wind comes in patches: calm streaks beside ruffled water.
  const float gust = clamp01(0.62f + 0.85f * fbm2({along.x / 60, along.y / 22}, seed + 41, {4}, footprint / 40));
  for (int i = 0; i < 7; ++i) {
    const float stretch = 0.45f + 0.12f * i;
    const float turn = 0.5f * (unit(hash(seed + 7u * i)) - 0.5f) * (1 + i);
    const float c = std::cos(turn), s = std::sin(turn);
    const Vec2 q{(along.x * c - along.y * s) / length, (along.x * s + along.y * c) / length * stretch};
    const float share = visible(footprint / length, 1.0f);
    const float strength = amplitude * (i < 2 ? 1.0f : gust);
    if (share > 0) {
      const float e = 0.04f, h = noise2(q, seed + i), hx = noise2({q.x + e, q.y}, seed + i),
                  hy = noise2({q.x, q.y + e}, seed + i);
      const float dx = (hx - h) / e * strength / length, dy = (hy - h) / e * strength / length * stretch;
      slope_x += share * (dx * c + dy * s);
      slope_y += share * (-dx * s + dy * c);
      height += share * strength * h;
    }
    lost += (1 - share) * (strength / length) * (strength / length) * 0.5f;
    length *= 0.52f;
    amplitude *= 0.5f;
  }
  *roughness = std::sqrt(lost);
  *crest = height / std::max(water.amplitude, 1e-4f);
  return normalize({-(slope_x * wx - slope_y * wz), -1, -(slope_x * wz + slope_y * wx)});
}

Vec3 Scene::water_light(Vec3 origin, Vec3 direction, float distance, float angle, Vec3 mirrored, Vec3 bottom,
                        float thickness, float shore, float sun_visible) const {
  const float speed = length(direction);
  const Vec3 d = direction * (1 / speed), p = origin + direction * distance;
  const float footprint = distance * speed * angle / std::sqrt(std::max(std::fabs(d.y), 0.02f));
  float rough, crest;
  const Vec3 n = water_normal(p, footprint, &rough, &crest);
  const float cosine = clamp01(-dot(d, n));
  // Far away the waves that are too small to see turn their near sides to us: less mirror than a flat sheet.
  const float effective = cosine + 0.6f * rough;
  const float fresnel = 0.02f + 0.98f * std::pow(clamp01(1 - effective), 5.0f);
  const Vec3 sun = vec(sky.sun),
             light = vec(sky.sunlight) * (std::max(-sun.y, 0.0f) * sun_visible) + ambient_light(p, {0, -1, 0});
  const Vec3 absorb = vec(water.absorb);
  const Vec3 clear{std::exp(-absorb.x * thickness), std::exp(-absorb.y * thickness), std::exp(-absorb.z * thickness)};
  const Vec3 body = vec(water.scatter) * light;
  Vec3 below = bottom * clear + body * (Vec3{1, 1, 1} - clear);
  if (water.amplitude > 0.3f)
    below = below * (1 + 0.5f * crest) + Vec3{0.0f, 0.02f, 0.02f} * std::max(crest, 0.0f) * light;
  Vec3 out = below * (1 - fresnel) + mirrored * fresnel;
  const Vec3 half = normalize(sun - d);
  const float m = 0.036f + rough;
  const float aligned = std::max(dot(half, n), 0.0f),
              tangent2 = (1 - aligned * aligned) / std::max(aligned * aligned, 1e-3f);
  const float glitter = std::exp(-tangent2 / (2 * m * m)) / (8 * m * m * std::max(cosine + rough, 0.08f));
  // The sparkles are brighter than any picture: the path fades to its sides instead of ending where it burns out.
  const float sparkle = glitter * 0.35f / (1 + glitter * 0.35f / GLITTER_MOST);
  out += vec(sky.sunlight) * (sun_visible * sparkle * (0.02f + 0.98f * std::pow(1 - clamp01(dot(half, sun)), 5.0f)));
  if (water.foam > 0) {
    const uint32_t seed = static_cast<uint32_t>(water.seed) + 61;
    const float lace = fbm3({p.x / 0.7f, 0, p.z / 0.7f}, seed, {5, 0.6f}, footprint / 0.7f);
    const Cell bubble = cells2({p.x / 0.45f + lace, p.z / 0.45f - lace}, seed + 1);
    const float web = smoothstep(0.34f, 0.05f, bubble.second - bubble.nearest + 0.3f * lace);
    const float surge = 0.5f + 0.5f * fbm2({p.x / 5, p.z / 5}, seed + 2, {3}, footprint / 5);
    const float line =
        smoothstep(0.55f * surge + 0.05f, 0.0f, shore) + 0.6f * web * smoothstep(1.7f, 0.2f, shore / (0.4f + surge));
    const float caps = smoothstep(0.42f, 0.75f, crest + 0.3f * lace) * smoothstep(0.25f, 1.0f, water.foam);
    const float white = clamp01(water.foam * line + caps * (0.45f + 0.55f * web));
    out = mix(out, light * 0.62f, clamp01(white));
  }
  return out;
}

}  // namespace worlds
