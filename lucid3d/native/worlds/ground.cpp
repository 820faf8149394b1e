// The land's surface: which layer lies where, by slope, height, moisture and noise, and what it looks like close by.
#include "pattern.h"

namespace worlds {
namespace {

Vec3 vec(const float* v) { return {v[0], v[1], v[2]}; }

float path_distance(const float* points, int count, Vec2 p) {
  float best = 1e9f;
  for (int i = 0; i + 1 < count; ++i) {
    const Vec2 a{points[2 * i], points[2 * i + 1]}, b{points[2 * i + 2], points[2 * i + 3]};
    const Vec2 ab = b - a, ap = p - a;
    const float t = clamp01((ap.x * ab.x + ap.y * ab.y) / std::max(ab.x * ab.x + ab.y * ab.y, 1e-6f));
    best = std::min(best, length(ap - ab * t));
  }
  return best;
}

}  // namespace

Surface evaluate_ground(const Ground& g, const float* path, const Spot& s, Broad* broad, bool again) {
  const uint32_t seed = static_cast<uint32_t>(g.seed);
  const Vec3 p = s.position;
  const Vec2 flat{p.x, p.z};
  const float f = s.footprint, slope = 1 - std::fabs(s.normal.y), up = -p.y;
  if (!again) {
    *broad = {fbm2(flat * (1 / 140.0f), seed + 1, {3}, f / 140), fbm2(flat * (1 / 23.0f), seed + 2, {4}, f / 23),
              fbm2(flat * (1 / 3.1f), seed + 3, {4}, f / 3.1f), 0};
    if (g.path_points > 1.5f) broad->path = path_distance(path, static_cast<int>(g.path_points), flat);
  }
  const float far = broad->far, large = broad->large, mid = broad->mid;
  const float fine = fbm3(p * (1 / 0.42f), seed + 4, {4, 0.55f}, f / 0.42f);
  const float grain = fbm3(p * (1 / 0.045f), seed + 5, {3, 0.6f}, f / 0.045f);
  const float broken = 0.5f * large + 0.4f * mid + 0.25f * fine;

  // Rock first: what shows wherever nothing else holds on.
  const float bend = 0.6f * far + 0.35f * large;
  float beds = 0;
  if (g.strata > 0.01f) {
    const float layer = p.y / g.strata_scale + 1.6f * bend;
    beds = noise3({layer * 0.13f, layer, 3.7f}, seed + 6) * visible(f / g.strata_scale, 1) +
           0.6f * noise3({layer * 0.31f, layer * 3.3f, 1.7f}, seed + 7) * visible(f / g.strata_scale, 3.3f);
  }
  Vec3 rock = mix(vec(g.rock), vec(g.rock_light), clamp01(0.5f + 0.7f * large + 0.3f * fine + 0.6f * g.strata * beds));
  rock = mix(rock, vec(g.rock_dark), clamp01(0.1f - 0.5f * mid - 0.8f * g.strata * beds + 0.3f * far));
  float crack = 0;
  if (slope > g.rock_slope - 0.25f || g.vegetation < 0.5f) {
    // Joints: bent by every scale so that they are jagged, upright more than level, and open only in places.
    const float crease = 1 - std::fabs(noise3({p.x / 1.9f + 0.5f * large + 0.22f * fine, p.y / 3.4f + 0.4f * mid,
                                               p.z / 1.9f + 0.5f * far - 0.22f * fine},
                                              seed + 8));
    crack = smoothstep(0.95f, 1.0f, crease) * smoothstep(-0.15f, 0.4f, mid + 0.5f * large) * visible(f / 2.3f, 9.0f);
  }
  rock = rock * ((1 + 0.25f * fine + 0.12f * grain) * (1 - 0.5f * crack));
  if (g.moss > 0.01f) {
    const float moss = g.moss * smoothstep(0.0f, 0.5f, broken + 0.5f * (1 - slope) - 0.25f);
    rock = mix(rock, vec(g.grass_dark), 0.75f * moss);
  }
  Surface out{rock, {0, 0, 0}, 0, 0.95f, 0.0f};
  float relief = 0.05f * fine + 0.1f * mid - 0.06f * crack + 0.008f * grain + 0.05f * g.strata * beds;

  // Loose stones below the cliffs.
  const float steep = slope + 0.1f * broken;
  const float scree = smoothstep(g.rock_slope + 0.12f, g.rock_slope - 0.02f, steep);
  const bool shore_near = g.water_level < 1e6f && g.water_level - p.y < 2 * g.beach;
  const bool path_near = g.path_points > 1.5f && broad->path < 2 * g.path_width;
  const float soil_share =
      smoothstep(g.rock_slope, g.rock_slope - 0.12f, steep + 0.05f * mid) * clamp01(g.vegetation * 2);
  Vec3 stones = vec(g.gravel);
  float pebble_relief = 0;
  if ((scree > 0 && soil_share < 1) || shore_near || path_near) {
    // Two sizes of stones, half sunk: no joint is as dark or as wide as its neighbour.
    const Vec2 bent = flat + Vec2{fine, mid} * 0.03f;
    const Cell big = cells2(bent * (1 / 0.085f), seed + 9, 1.0f), small = cells2(bent * (1 / 0.031f), seed + 10, 1.0f);
    const float see_big = visible(f / 0.085f, 1.2f), see_small = visible(f / 0.031f, 1.2f);
    const bool covered = unit(hash(big.id + 3u)) < 0.45f + 0.3f * mid;
    const float pick = ((unit(hash(big.id)) - 0.5f) * (covered ? 1.0f : 0.25f)) * see_big,
                grit = (unit(hash(small.id)) - 0.5f) * see_small;
    stones = mix(vec(g.gravel), vec(g.rock), clamp01(0.4f + 0.5f * mid + 0.5f * pick + 0.3f * grit)) *
             (1 + 0.3f * pick + 0.25f * grit + 0.15f * fine);
    const float gap =
        smoothstep(0.2f, 0.02f, big.second - big.nearest) * see_big * (covered ? 0.3f : 0.08f) * (1 + fine);
    stones = stones * (1 - clamp01(gap));
    pebble_relief = (covered ? 0.016f : 0.004f) * smoothstep(0.0f, 0.5f, big.second - big.nearest) * see_big +
                    0.005f * smoothstep(0.0f, 0.4f, small.second - small.nearest) * see_small;
  }
  out.albedo = mix(out.albedo, stones, scree);
  relief = mix(relief, pebble_relief + 0.015f * fine, scree);

  // Soil, then what grows on it.
  const Vec3 soil = vec(g.soil) * (1 + 0.35f * mid + 0.25f * fine + 0.25f * grain);
  const float high = smoothstep(g.treeline * 0.75f, g.treeline * 1.15f + 1, up + 0.12f * g.treeline * broken);
  out.albedo = mix(out.albedo, soil, soil_share * (1 - 0.7f * high));
  relief = mix(relief, 0.02f * fine + 0.004f * grain, soil_share);
  const float lush = g.vegetation * 1.5f - 0.45f + 0.55f * broken - 0.2f * far - 0.8f * high;
  const float grass_share = smoothstep(0.0f, 0.35f, lush) * soil_share;
  const float blade =
      grass_share <= 0 ? 0 : fbm3({p.x / 0.02f, p.y / 0.1f, p.z / 0.02f}, seed + 10, {2, 0.6f}, f / 0.02f);
  Vec3 grass = mix(vec(g.grass), vec(g.grass_dark), clamp01(0.45f + 0.6f * mid + 0.5f * large + 0.25f * fine));
  grass = mix(grass, vec(g.grass_dry),
              clamp01(g.dryness * 1.4f - 0.25f + 0.6f * far + 0.5f * large + 0.4f * mid + 0.5f * high));
  grass = grass * (1 + 0.3f * blade + 0.22f * fine);
  out.albedo = mix(out.albedo, grass, grass_share);
  relief = mix(relief, 0.035f * fine + 0.018f * blade, grass_share);
  if (g.litter_amount > 0.01f) {
    const Cell leaf = cells2(flat * (1 / 0.055f) + Vec2{fine, mid} * 0.4f, seed + 11, 1.0f);
    const float shown = visible(f / 0.055f, 1.0f), pick = (unit(hash(leaf.id)) - 0.5f) * shown;
    Vec3 litter = mix(vec(g.litter), vec(g.soil), clamp01(0.35f + 0.9f * pick + 0.4f * mid));
    litter = litter * (1 + 0.7f * (unit(hash(leaf.id + 5u)) - 0.5f) * shown + 0.2f * fine -
                       0.3f * smoothstep(0.12f, 0.0f, leaf.second - leaf.nearest) * shown);
    const float share = clamp01(smoothstep(0.2f, 0.6f, g.litter_amount + 0.45f * broken)) * soil_share;
    out.albedo = mix(out.albedo, litter, share);
    relief = mix(relief, 0.012f * pick + 0.02f * fine, share);
  }
  if (g.fields > 0.01f) {  // a patchwork of crops
    const Vec2 q{flat.x / 95 + 0.08f * far, flat.y / 70 + 0.08f * large};
    const Cell field = cells2(q, seed + 12, 0.75f);
    const float pick = unit(hash(field.id)), angle = 3.1416f * unit(hash(field.id + 3u));
    const float across = flat.x * std::cos(angle) + flat.y * std::sin(angle);
    const float rows = std::sin(across * 6.2832f / 0.8f) * visible(f / 0.8f, 1.0f) +
                       0.35f * std::sin(across * 0.7f) * visible(f / 9, 1.0f);
    Vec3 crop = pick < 0.3f    ? vec(g.grass_dry)
                : pick < 0.5f  ? vec(g.soil)
                : pick < 0.75f ? vec(g.grass)
                               : vec(g.grass_dark);
    crop = crop * (1.05f + 0.22f * rows + 0.2f * mid + 0.2f * fine);
    const float edge = smoothstep(0.02f, 0.05f, field.second - field.nearest);
    const float start = smoothstep(18.0f, 26.0f, length(flat));
    out.albedo = mix(out.albedo, crop, g.fields * edge * soil_share * start);
    relief = mix(relief, 0.05f * rows, g.fields * edge * start);
  }
  if (g.ripples > 0.01f) {  // wind-blown sand
    const float bow = 1.1f * mid + 3.0f * large;
    const float phase = (flat.x * 0.83f + flat.y * 0.55f) / 0.13f + bow * 4;
    const float wave = std::sin(phase) + 0.35f * std::sin(2 * phase + 0.9f);
    const float shown =
        visible(f / 0.13f, 1.0f) * smoothstep(0.28f, 0.1f, slope) * clamp01(0.55f + 1.2f * mid + 0.4f * large);
    const Vec3 sand = mix(vec(g.sand), vec(g.sand_dark),
                          clamp01(0.35f + 0.5f * large + 0.3f * mid - 0.12f * wave * shown + 0.15f * grain));
    const float share = smoothstep(g.rock_slope + 0.1f, g.rock_slope - 0.05f, steep);
    out.albedo = mix(out.albedo, sand * (1 + 0.1f * grain), share);
    relief = mix(relief, g.ripples * (0.011f * wave * shown) + 0.012f * mid + 0.0022f * grain, share);
  }
  if (g.cracks > 0.01f) {
    const Cell plate = cells2(flat * (1 / 0.5f) + Vec2{mid, fine} * 0.12f, seed + 13, 0.9f);
    const float gap =
        smoothstep(0.09f, 0.02f, plate.second - plate.nearest) * visible(f / 0.5f, 5.0f) * g.cracks * soil_share;
    out.albedo = out.albedo * (1 - 0.6f * gap);
    relief -= 0.03f * gap;
  }
  if (g.path_points > 1.5f) {
    const float d = broad->path + 0.35f * mid + 0.12f * fine;
    const float share = smoothstep(g.path_width * 0.62f, g.path_width * 0.36f, d);
    const Vec3 trodden = mix(vec(g.path), stones, 0.12f + 0.3f * smoothstep(0.0f, 0.5f, mid + 0.6f * fine)) *
                         (1 + 0.2f * mid + 0.2f * grain);
    out.albedo = mix(out.albedo, trodden, 0.92f * share);
    relief = mix(relief, 0.2f * pebble_relief + 0.012f * fine, share);
  }

  // Shore: sand or pebbles, dark where the water has just been.
  if (shore_near) {
    const float above = g.water_level - p.y;
    const float shore =
        smoothstep(g.beach, g.beach * 0.35f, above + 0.35f * g.beach * broken) * smoothstep(0.5f, 0.3f, slope);
    const Vec3 sand = mix(mix(vec(g.sand), vec(g.sand_dark), clamp01(0.4f + 0.6f * mid)), stones,
                          clamp01(1.6f * g.pebbles - 0.6f + 0.9f * large * g.pebbles));
    out.albedo = mix(out.albedo, sand * (1 + 0.12f * grain), shore);
    relief = mix(relief, mix(0.004f * grain + 0.012f * mid, pebble_relief, clamp01(g.pebbles)), shore);
    const float wet = smoothstep(0.34f, 0.08f, above + 0.12f * mid + 0.05f * fine);
    out.albedo = out.albedo * mix(1.0f, 0.42f, wet);
    out.specular = 0.025f * wet;
    out.roughness = mix(out.roughness, 0.35f, wet);
    if (above < 0) out.albedo = mix(out.albedo, out.albedo * Vec3{0.75f, 0.9f, 0.85f}, clamp01(-above));
  }
  // Snow: above a line, on whatever is not too steep; a light fall lies on flats and leaves the crests bare.
  if (g.snow_line < 1e6f || g.snow_cover > 0.01f) {
    const float line =
        smoothstep(g.snow_line - 0.12f * std::fabs(g.snow_line) - 4, g.snow_line + 0.12f * std::fabs(g.snow_line) + 4,
                   up + 0.22f * std::fabs(g.snow_line) * broken);
    const float fall = smoothstep(0.35f, 0.65f, g.snow_cover * 1.35f - 0.15f + 0.4f * broken);
    const float hold = smoothstep(g.rock_slope + 0.22f, g.rock_slope + 0.02f, slope + 0.14f * broken + 0.05f * fine);
    float lying = std::max(line, fall) * hold;
    if (g.water_level < 1e6f) lying *= smoothstep(0.05f, 0.3f, g.water_level - p.y);
    const Vec3 snow = vec(g.snow) * (0.97f + 0.05f * large + 0.05f * mid + 0.03f * grain);
    out.albedo = mix(out.albedo, snow, lying);
    // Drifts bend with the patches of wind, or they look combed.
    const float drift =
        fbm2({(p.x * 0.8f + p.z * 0.6f) / 0.6f + 0.9f * mid, (p.z * 0.8f - p.x * 0.6f) / 1.2f + 0.9f * large},
             seed + 15, {4}, f / 0.6f);
    relief = mix(relief, 0.014f * drift + 0.012f * fine + 0.002f * grain, lying);
    out.specular = mix(out.specular, 0.0f, lying);
  }
  if (g.lava > 0.01f) {
    const Cell plate = cells2(flat * (1 / 3.4f) + Vec2{mid + 0.4f * fine, large - 0.4f * fine} * 0.5f, seed + 14, 1.0f);
    const float gap = plate.second - plate.nearest;
    const float stream = smoothstep(0.42f, 0.62f, far + 0.8f * large);
    const float hot = g.lava *
                      clamp01(smoothstep(0.055f, 0.0f, gap) * smoothstep(0.05f, 0.45f, far + 0.6f * large) +
                              stream * smoothstep(0.5f, 0.05f, gap)) *
                      smoothstep(0.25f, 0.1f, slope);
    out.emission = Vec3{g.glow[0], g.glow[1] * hot, g.glow[2] * hot * hot} * (hot * hot);
    relief += 0.1f * smoothstep(0.0f, 0.3f, gap);
  }
  out.albedo = out.albedo * mix(1.0f, 0.6f, g.wetness * clamp01(0.7f + 0.4f * mid));
  out.specular = std::max(out.specular, 0.02f * g.wetness);
  out.roughness = mix(out.roughness, 0.4f, 0.6f * g.wetness);
  auto keep = [](float v) { return std::min(std::max(v, 0.012f), 0.85f); };
  out.albedo = {keep(out.albedo.x), keep(out.albedo.y), keep(out.albedo.z)};
  out.height = relief;
  return out;
}

}  // namespace worlds
