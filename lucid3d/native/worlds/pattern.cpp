#include "pattern.h"

namespace worlds {
namespace {

Vec3 vec(const float* v) { return {v[0], v[1], v[2]}; }

// How much of the pixel a joint `width` wide covers at distance `d` from its middle, fading to its mean when the pixel
// is wider than the joint's spacing.
float joint(float d, float width, float footprint, float spacing) {
  const float soft = std::max(footprint, width * 0.25f);
  const float near =
      (1 - smoothstep(width * 0.5f - soft * 0.5f, width * 0.5f + soft * 0.5f, d)) * std::min(1.0f, width / soft);
  const float far = clamp01(footprint / spacing * 2 - 0.6f);
  return mix(near, width / spacing, far);
}

float edge_distance(float v) {  // to the nearest integer
  const float f = v - floor_int(v);
  return std::min(f, 1 - f);
}

float random(int a, int b, float seed, int salt = 0) { return unit(hash(a, b, salt, static_cast<uint32_t>(seed))); }

float detail(float size, float footprint) { return visible(footprint / size, 1.0f); }

struct Builder {
  const Material& m;
  const Spot& s;
  uint32_t seed;
  Surface out;

  Builder(const Material& material, const Spot& spot) : m(material), s(spot), seed(static_cast<uint32_t>(m.seed)) {
    out = {vec(m.base), {0, 0, 0}, 0, m.roughness, 0.0f};
  }
  Vec3 base() const { return vec(m.base); }
  Vec3 second() const { return vec(m.second); }
  Vec3 third() const { return vec(m.third); }
  float fbm(float size, int octaves, uint32_t salt = 0) const {
    return fbm3(s.position * (1 / size), seed + salt, {octaves}, s.footprint / size);
  }
  void hue(float amount) { out.albedo = mix(base(), second(), clamp01(amount)); }
  void tint(float factor) { out.albedo = out.albedo * factor; }

  void planks() {
    const float w = m.scale;
    const int row = floor_int(s.uv.y / w);
    const float run = w * 14 * (0.7f + 0.6f * random(row, 1, m.seed));
    const float along = s.uv.x + run * random(row, 2, m.seed);
    const int board = floor_int(along / run);
    const float pick = random(row, board, m.seed, 3);
    const Vec2 grain{s.uv.x * 0.55f / w + 37 * pick, s.uv.y * 9 / w};
    const float warp = fbm2({grain.x * 0.8f, grain.y * 0.12f}, seed + 1, {3}, s.footprint / w);
    const float fibre = fbm2({grain.x, grain.y + 3.5f * warp}, seed, {5, 0.6f}, s.footprint * 7 / w);
    hue(0.5f + (pick - 0.5f) * 1.6f * m.variation + 0.35f * fibre);
    tint(1 + 0.16f * fibre + 0.3f * (random(row, board, m.seed, 4) - 0.5f) * m.variation);
    const float gap = joint(edge_distance(s.uv.y / w) * w, 0.05f * w, s.footprint, w);
    const float end = joint(edge_distance(along / run) * run, 0.04f * w, s.footprint, run);
    const float dark = std::max(gap, end);
    const float age = m.wear * clamp01(0.5f + fbm(1.1f, 4, 5));
    out.albedo = mix(out.albedo, Vec3{1, 1, 1} * luminance(out.albedo) * 1.05f, 0.6f * age);
    out.albedo = mix(out.albedo, third() * 0.25f, dark * 0.9f);
    out.height = m.bump * (-dark + 0.08f * fibre * detail(0.1f * w, s.footprint) + 0.15f * (pick - 0.5f));
    out.specular = 0.03f * (1 - m.wear);
  }

  void brick() {
    const float w = m.scale, h = w / 3.1f;
    const int row = floor_int(s.uv.y / h);
    const float shift = s.uv.x / w + ((row & 1) ? 0.5f : 0.0f);
    const int column = floor_int(shift);
    const float pick = random(row, column, m.seed, 1);
    const float rough = fbm(0.35f * w, 4, 2);
    hue(0.5f + (pick - 0.5f) * 2 * m.variation + 0.3f * rough);
    tint(0.85f + 0.3f * random(row, column, m.seed, 5) * m.variation + 0.12f * rough);
    const float wobble = 0.02f * w * fbm(0.3f * w, 2, 7);
    const float d = std::min(edge_distance(shift) * w, edge_distance(s.uv.y / h) * h) + wobble;
    const float mortar = std::max(joint(edge_distance(shift) * w + wobble, 0.05f * w, s.footprint, w),
                                  joint(edge_distance(s.uv.y / h) * h + wobble, 0.05f * w, s.footprint, h));
    out.albedo = mix(out.albedo, third() * (1 + 0.15f * rough), mortar);
    weather(0.8f);
    out.height = m.bump * (smoothstep(0.0f, 0.09f * w, d) + 0.15f * rough);
  }

  void weather(float strength) {  // dirt in patches and rain streaks
    const float patch = fbm(1.7f, 5, 21);
    const float streak =
        fbm3({s.position.x * 2.1f, s.position.y * 0.16f, s.position.z * 2.1f}, seed + 23, {4}, s.footprint * 2.1f);
    const float dirt = m.wear * strength * clamp01(0.25f + 0.75f * patch + 0.6f * streak);
    out.albedo = mix(out.albedo, out.albedo * Vec3{0.5f, 0.46f, 0.4f}, dirt);
  }

  void plaster() {
    const float trowel = fbm(m.scale * 1.6f, 4, 1), grain = fbm(0.03f, 3, 2);
    hue(0.5f + 0.7f * m.variation * fbm(2.3f, 4, 3) + 0.3f * trowel * m.variation);
    tint(1 + 0.05f * trowel + 0.05f * grain);
    weather(0.7f);
    out.height = m.bump * (0.8f * trowel + 0.2f * grain);
  }

  void masonry(bool cobble) {
    const float w = m.scale;
    Vec2 q{s.uv.x / w, s.uv.y / w * (cobble ? 1.0f : 1.6f)};
    if (cobble && (floor_int(q.y) & 1)) q.x += 0.5f;
    const Cell cell = cells2(q, seed, cobble ? 0.35f : 0.7f);
    const float pick = unit(hash(cell.id ^ seed)), pick2 = unit(hash(cell.id + 9u));
    const float rough = fbm(0.4f * w, 5, 3);
    hue(0.5f + (pick - 0.5f) * 2 * m.variation + 0.4f * rough);
    tint(0.82f + 0.36f * pick2 * m.variation + 0.2f * rough);
    const float border = (cell.second - cell.nearest) * w * 0.5f;
    const float width = (cobble ? 0.1f : 0.07f) * w;
    const float gap = joint(border, width, s.footprint, w * 0.8f);
    out.albedo = mix(out.albedo, third() * (1 + 0.2f * rough), gap);
    if (!cobble) weather(0.8f);
    const float dome = smoothstep(0.0f, (cobble ? 0.42f : 0.2f) * w, border);
    out.height = m.bump * (dome + 0.16f * rough * detail(0.3f * w, s.footprint));
    out.specular = cobble ? 0.03f : 0.0f;
  }

  void tile() {
    const float w = m.scale;
    const int column = floor_int(s.uv.x / w), row = floor_int(s.uv.y / w);
    const float pick = random(row, column, m.seed, 1);
    hue((pick - 0.5f) * 2 * m.variation + 0.25f * fbm(0.5f * w, 4, 1));
    const float d = std::min(edge_distance(s.uv.x / w), edge_distance(s.uv.y / w)) * w;
    const float gap = std::max(joint(edge_distance(s.uv.x / w) * w, 0.02f * w + 0.002f, s.footprint, w),
                               joint(edge_distance(s.uv.y / w) * w, 0.02f * w + 0.002f, s.footprint, w));
    out.albedo = mix(out.albedo, third(), gap);
    out.height = m.bump * smoothstep(0.0f, 0.05f * w, d);
    out.specular = 0.04f * (1 - gap) * (1 - m.roughness);
  }

  void roof(bool slate) {
    const float w = m.scale, h = w * (slate ? 0.9f : 1.3f);
    const float v = s.uv.y / h;
    const int row = floor_int(v);
    const float u = s.uv.x / w + (slate && (row & 1) ? 0.5f : 0.0f);
    const int column = floor_int(u);
    const float pick = random(row, column, m.seed, 1), rough = fbm(0.5f * w, 4, 1);
    const float fu = u - column, fv = v - row;
    hue(0.5f + (pick - 0.5f) * 2 * m.variation + 0.3f * rough);
    tint(0.8f + 0.35f * random(row, column, m.seed, 2) * m.variation + 0.15f * rough);
    const float overlap = joint((1 - fv) * h, 0.16f * h, s.footprint, h);  // the shadow under the next row
    const float side = joint(edge_distance(u) * w, 0.08f * w, s.footprint, w);
    tint(1 - 0.6f * std::max(overlap, side * (slate ? 0.8f : 0.4f)));
    const float moss = m.wear * smoothstep(0.1f, 0.6f, fbm(0.9f, 5, 9) + 0.2f * rough);
    out.albedo = mix(out.albedo, Vec3{0.06f, 0.075f, 0.025f}, 0.7f * moss);
    const float curve = slate ? 0.0f : std::sin(fu * 3.14159f);
    out.height = m.bump * (fv * 0.6f + 0.8f * curve) * detail(w, s.footprint);
  }

  void thatch() {
    const Vec2 q{s.uv.x / (0.06f * m.scale + 0.004f), s.uv.y / (1.4f * m.scale + 0.1f)};
    const float straw = fbm2(q, seed, {5, 0.6f}, s.footprint / (0.06f * m.scale + 0.004f));
    hue(0.5f + 0.6f * straw + 0.4f * fbm(1.3f, 3, 2));
    const float course = joint(edge_distance(s.uv.y / 0.6f) * 0.6f, 0.05f, s.footprint, 0.6f);
    tint((1 + 0.3f * straw) * (1 - 0.3f * course));
    out.height = m.bump * straw;
  }

  void fabric() {
    const float w = m.scale * 0.1f;
    const float weave = std::sin(s.uv.x / w * 6.2832f) * std::sin(s.uv.y / w * 6.2832f) * detail(w, s.footprint);
    hue(0.5f + 0.5f * m.variation * fbm(m.scale * 2, 4, 1));
    tint(1 + 0.14f * weave + 0.08f * fbm(0.05f, 3, 2));
    out.height = m.bump * 0.3f * weave;
  }

  void carpet() {
    const float w = m.scale;
    const float ring = std::max(std::fabs(s.uv.x), std::fabs(s.uv.y)) / w;
    const int band = floor_int(ring * 2);
    const float diamond = std::fabs(std::fmod(std::fabs(s.uv.x) + std::fabs(s.uv.y), w) / w - 0.5f) * 2;
    hue(smoothstep(0.4f, 0.6f, diamond) * 0.7f);
    if ((band % 3) == 2) out.albedo = mix(out.albedo, third(), 0.8f);
    const float tuft = noise2(s.uv * (1 / 0.006f), seed) * detail(0.006f, s.footprint);
    tint(1 + 0.16f * tuft + 0.1f * fbm(0.4f, 4, 2));
    out.height = m.bump * tuft;
  }

  void metal() {
    const float brush = fbm2({s.uv.x / 0.25f, s.uv.y / 0.003f}, seed, {3}, s.footprint / 0.003f);
    const float rust = m.wear * smoothstep(0.05f, 0.5f, fbm(0.45f, 6, 2) - 0.25f + 0.6f * (m.wear - 0.5f));
    tint(1 + 0.08f * brush + 0.08f * fbm(0.8f, 4, 3));
    out.albedo = mix(out.albedo, third(), rust);
    out.specular = mix(0.45f, 0.02f, rust) * (1 - 0.6f * m.roughness);
    out.roughness = mix(m.roughness, 0.95f, rust);
    out.height = m.bump * 0.3f * rust;
  }

  void panel() {
    const float w = m.scale;
    const int row = floor_int(s.uv.y / w);
    const float u = s.uv.x / (w * 1.5f) + 0.37f * row;
    const int column = floor_int(u);
    const float pick = random(row, column, m.seed, 1);
    hue((pick - 0.3f) * 1.4f * m.variation);
    tint(0.92f + 0.16f * random(row, column, m.seed, 2));
    const float dx = edge_distance(u) * w * 1.5f, dy = edge_distance(s.uv.y / w) * w;
    const float seam =
        std::max(joint(dx, 0.012f * w + 0.004f, s.footprint, w * 1.5f), joint(dy, 0.012f * w + 0.004f, s.footprint, w));
    const float rivet_x = edge_distance(s.uv.x / (w * 0.25f)) * w * 0.25f, rivet_y = std::fabs(dy - 0.05f * w);
    const float rivet =
        (1 - smoothstep(0.005f, 0.012f, std::sqrt(rivet_x * rivet_x + rivet_y * rivet_y))) * detail(0.02f, s.footprint);
    out.albedo = mix(out.albedo, third() * 0.4f, seam * 0.85f);
    weather(0.6f);
    tint(1 + 0.25f * rivet);
    out.height = m.bump * (-seam + 0.4f * rivet);
    out.specular = 0.12f * (1 - m.roughness);
  }

  void glass() {
    out.specular = 0.08f;
    out.roughness = 0.05f;
    tint(1 + 0.1f * fbm(0.8f, 2, 1));
    out.height = m.bump * 0.02f * fbm(0.6f, 2, 2);
  }

  void bark() {
    const float w = m.scale;
    const float twist = fbm(6 * w, 3, 1);
    const Vec2 q{s.uv.y / w + 1.2f * twist, s.uv.x / (w * 5)};
    const float ridge =
        1 - std::fabs(noise2(q, seed)) - 0.5f * std::fabs(noise2(q * 2.3f, seed + 3)) * detail(w * 0.4f, s.footprint);
    const float shown = detail(w, s.footprint), deep = mix(0.5f, ridge, shown);
    const float rough = fbm(0.3f * w, 4, 4);
    hue(0.2f + 0.7f * deep + 0.3f * rough);
    tint(0.45f + 0.6f * deep + 0.15f * rough);
    const float moss = m.wear * smoothstep(0.05f, 0.5f, fbm(0.7f, 4, 8) + 0.25f * s.normal.z);
    out.albedo = mix(out.albedo, third(), 0.6f * moss);
    out.height = m.bump * (deep + 0.2f * rough) * shown;
  }

  void leaf() {
    const float grove = fbm(4.0f, 3, 1), clump = fbm(0.5f, 3, 2),
                single = noise3(s.position * (1 / 0.11f), seed + 3) * detail(0.1f, s.footprint);
    hue(0.45f + m.variation * (0.5f * grove + 0.5f * clump + 0.5f * single));
    tint(1 + m.variation * (0.18f * clump + 0.2f * single));
    const float old = m.wear * smoothstep(0.25f, 0.7f, clump + 0.5f * single);
    out.albedo = mix(out.albedo, third(), old);
  }

  void rock() {
    const float w = m.scale;
    const float large = fbm(w * 2, 4, 1), mid = fbm(w * 0.5f, 5, 2);
    const float fine = fbm(w * 0.12f, 3, 3);
    const Vec3 p =
        s.position * (1 / (w * 0.9f)) + Vec3{0.3f * mid + 0.16f * fine, 0.3f * large, 0.16f * fine - 0.3f * mid};
    const float crease = 1 - std::fabs(noise3(p, seed + 5));
    const float crack =
        smoothstep(0.955f, 1.0f, crease) * smoothstep(-0.2f, 0.35f, mid + large) * detail(w * 0.08f, s.footprint);
    const float bands =
        m.variation *
        noise3({s.position.x * 0.3f, s.position.y * 3.1f / w + 1.3f * large, s.position.z * 0.3f}, seed + 6) *
        detail(w * 0.3f, s.footprint);
    hue(0.5f + 0.6f * large + 0.3f * mid + 0.35f * bands);
    tint(0.85f + 0.3f * mid + 0.22f * fine);
    const float speck = smoothstep(0.15f, 0.5f, fbm(0.16f, 4, 9)) * smoothstep(-0.1f, 0.5f, large);
    const float up = clamp01(-s.normal.y * 1.3f);
    out.albedo = mix(out.albedo, third(), m.wear * 0.8f * speck * (0.3f + 0.7f * up));
    tint(1 - 0.55f * crack);
    out.height = m.bump * (0.6f * large + 0.5f * mid + 0.16f * fine - 0.35f * crack + 0.15f * bands);
  }

  void concrete() {
    const float w = m.scale;
    hue(0.5f + 0.8f * m.variation * fbm(1.5f, 5, 1));
    const float pore =
        smoothstep(0.45f, 0.7f, noise3(s.position * (1 / 0.018f), seed + 2)) * detail(0.018f, s.footprint);
    tint((1 + 0.08f * fbm(0.12f, 4, 3)) * (1 - 0.35f * pore));
    if (w > 0.3f) {
      const float seam = std::max(joint(edge_distance(s.uv.x / w) * w, 0.012f, s.footprint, w),
                                  joint(edge_distance(s.uv.y / w) * w, 0.012f, s.footprint, w));
      out.albedo = mix(out.albedo, third() * 0.5f, 0.7f * seam);
      out.height -= m.bump * seam;
    }
    weather(0.9f);
  }

  void asphalt(bool marked) {
    const Cell cell = cells2(s.uv * (1 / 0.014f), seed, 0.9f);
    const float shown = detail(0.014f, s.footprint);
    const float stone = (unit(hash(cell.id)) - 0.5f) * shown;
    const float patch = fbm(2.6f, 5, 1), fine = fbm(0.2f, 4, 2);
    hue(0.5f + 0.7f * patch);
    tint(1 + 0.5f * stone + 0.12f * fine);
    const Vec2 q{s.uv.x / 2.1f + 0.4f * fine, s.uv.y / 2.1f + 0.4f * patch};
    const Cell crackle = cells2(q, seed + 8, 1.0f);
    const float crack = joint((crackle.second - crackle.nearest) * 1.05f, 0.012f, s.footprint, 1.8f) * m.wear *
                        smoothstep(-0.1f, 0.3f, patch);
    tint(1 - 0.65f * crack);
    out.height = m.bump * (0.5f * stone - 2 * crack);
    if (marked) {
      const float dash = s.uv.x / 9 - floor_int(s.uv.x / 9);
      const float on = smoothstep(0.02f, 0.03f, dash) * (1 - smoothstep(0.4f, 0.41f, dash));
      const float paint =
          (1 - smoothstep(0.06f - s.footprint * 0.5f, 0.07f + s.footprint * 0.5f, std::fabs(s.uv.y))) * on;
      out.albedo = mix(out.albedo, third(), paint * (0.6f + 0.35f * fine + 0.2f * patch));
    }
    out.specular = 0.02f;
  }

  void wood() {
    const float rings = fbm2({s.uv.x * 0.7f, s.uv.y * 3}, seed + 1, {3}, s.footprint * 3);
    const float fibre = fbm2({s.uv.x * 6, s.uv.y * 70 + 9 * rings}, seed, {4, 0.6f}, s.footprint * 70);
    const float cathedral = std::sin((s.uv.y * 26 + 7 * rings) * 3.1f) * detail(0.03f, s.footprint);
    hue(0.5f + m.variation * (0.25f * cathedral + 0.4f * fibre + 0.4f * rings));
    tint(1 + 0.1f * fibre + 0.05f * cathedral);
    out.specular = 0.04f * (1 - m.roughness);
    out.height = m.bump * 0.1f * fibre;
  }

  void marble() {
    const float bend = fbm(m.scale * 2, 5, 1);
    const float vein = 1 - std::fabs(noise3(s.position * (1 / m.scale) + Vec3{bend, bend * 0.7f, -bend} * 1.4f, seed));
    hue(0.5f + 0.6f * fbm(m.scale * 3, 3, 4));
    out.albedo = mix(out.albedo, third(), smoothstep(0.82f, 1.0f, vein) * (0.55f + 0.5f * bend));
    out.specular = 0.05f * (1 - m.roughness);
  }

  void windows() {
    const float w = m.scale, h = m.scale * 0.85f;
    const int column = floor_int(s.uv.x / w), row = floor_int(s.uv.y / h);
    const float fx = s.uv.x / w - column, fy = s.uv.y / h - row;
    const float soft = std::max(s.footprint / w, 0.01f);
    const float in = smoothstep(0.18f - soft, 0.18f + soft, fx) * (1 - smoothstep(0.82f - soft, 0.82f + soft, fx)) *
                     smoothstep(0.2f - soft, 0.2f + soft, fy) * (1 - smoothstep(0.8f - soft, 0.8f + soft, fy));
    const float share = mix(in, 0.38f, clamp01(s.footprint / w - 0.5f));
    tint(1 + 0.1f * fbm(3, 4, 1));
    weather(0.7f);
    const float pick = random(row, column, m.seed, 1);
    out.albedo = mix(out.albedo, third() * (0.5f + pick), share);
    const float lit = pick < 0.42f ? 0.35f + 0.65f * random(row, column, m.seed, 2) : 0.0f;
    const Vec3 warm{1, 0.85f + 0.15f * random(row, column, m.seed, 3), 0.6f + 0.5f * random(row, column, m.seed, 3)};
    out.emission = vec(m.emission) * warm * (share * mix(lit, 0.28f, clamp01(s.footprint / w - 0.5f)));
    out.specular = 0.06f * share;
    out.roughness = mix(m.roughness, 0.1f, share);
    out.height = -m.bump * in;
  }

  void crop() {
    const float w = m.scale, v = s.uv.y / w + 0.15f * fbm(1.5f, 3, 1);
    const float row = 0.5f + 0.5f * std::cos(6.2832f * v) * detail(w, s.footprint);
    const float plant = fbm(0.25f, 4, 2);
    const float leafy = smoothstep(0.3f, 0.7f, row + 0.35f * plant);
    out.albedo = mix(third(), mix(base(), second(), clamp01(0.5f + 0.5f * plant + 0.4f * fbm(9, 3, 4))), leafy);
    tint(0.7f + 0.4f * row + 0.2f * plant);
    out.height = m.bump * (row + 0.3f * plant);
  }

  void lava() {
    const float warp = fbm(m.scale * 2, 4, 1);
    const Cell cell = cells3(s.position * (1 / m.scale) + Vec3{warp, warp, -warp} * 0.5f, seed);
    const float gap = cell.second - cell.nearest;
    const float fine = fbm(m.scale * 0.3f, 5, 2);
    const float hot =
        smoothstep(0.2f, 0.0f, gap + 0.08f * fine) + 0.4f * smoothstep(0.3f, 0.9f, fbm(m.scale * 5, 3, 6));
    hue(0.5f + 0.6f * fine);
    const float h = clamp01(hot);
    out.emission = Vec3{m.emission[0], m.emission[1] * h, m.emission[2] * h * h} * (h * h);
    out.height = m.bump * (smoothstep(0.0f, 0.4f, gap) + 0.3f * fine);
  }

  void ice() {
    const float large = fbm(m.scale * 3, 5, 1);
    const Cell cell = cells2({s.uv.x / m.scale + large * 0.4f, s.uv.y / m.scale - large * 0.4f}, seed, 1.0f);
    const float crack = joint((cell.second - cell.nearest) * m.scale * 0.5f, 0.015f * m.scale, s.footprint, m.scale);
    hue(0.5f + 0.9f * large);
    out.albedo = mix(out.albedo, third(), crack * 0.6f);
    const float frost = smoothstep(-0.1f, 0.4f, fbm(m.scale * 0.7f, 5, 3));
    out.albedo = mix(out.albedo, {0.7f, 0.74f, 0.78f}, 0.5f * frost);
    out.specular = 0.03f * (1 - frost);
    out.height = m.bump * (-crack + 0.3f * frost);
  }
};

}  // namespace

Surface evaluate(const Material& m, const Spot& s) {
  Builder b(m, s);
  switch (static_cast<int>(m.kind)) {
    case kPlanks: b.planks(); break;
    case kBrick: b.brick(); break;
    case kPlaster: b.plaster(); break;
    case kStone: b.masonry(false); break;
    case kCobble: b.masonry(true); break;
    case kTile: b.tile(); break;
    case kRoofTile: b.roof(false); break;
    case kShingle: b.roof(true); break;
    case kThatch: b.thatch(); break;
    case kFabric: b.fabric(); break;
    case kCarpet: b.carpet(); break;
    case kMetal: b.metal(); break;
    case kPanel: b.panel(); break;
    case kGlass: b.glass(); break;
    case kBark: b.bark(); break;
    case kLeaf:
    case kGrass:
    case kPetal: b.leaf(); break;
    case kRock: b.rock(); break;
    case kConcrete: b.concrete(); break;
    case kAsphalt: b.asphalt(false); break;
    case kRoad: b.asphalt(true); break;
    case kWood: b.wood(); break;
    case kMarble: b.marble(); break;
    case kWindows: b.windows(); break;
    case kCrop: b.crop(); break;
    case kLava: b.lava(); break;
    case kIce: b.ice(); break;
    case kPlain:
    case kPaper:
      b.hue(0.5f + 0.5f * m.variation * b.fbm(m.scale * 2, 3, 1));
      b.out.specular = 0.04f * (1 - m.roughness);
      break;
    case kSnow:
      b.hue(0.5f + 0.6f * b.fbm(1.3f, 4, 1));
      b.out.height = m.bump * (b.fbm(0.4f, 4, 2) + 0.2f * b.fbm(0.03f, 2, 3));
      break;
    case kSand: {
      const float drift = b.fbm(1.1f, 4, 1), grain = b.fbm(0.012f, 2, 2);
      b.hue(0.5f + 0.6f * drift);
      b.tint(1 + 0.12f * grain);
      b.out.height = m.bump * (0.7f * drift + 0.2f * grain);
      break;
    }
    default: {
      const float patch = b.fbm(m.scale * 2, 5, 1), grain = b.fbm(0.03f, 3, 2);
      b.hue(0.5f + m.variation * patch);
      b.tint(1 + 0.1f * grain);
      b.weather(0.4f);
      b.out.height = m.bump * (patch + 0.2f * grain);
    }
  }
  if (static_cast<int>(m.kind) != kWindows && static_cast<int>(m.kind) != kLava) {
    b.out.emission = Vec3{m.emission[0], m.emission[1], m.emission[2]};
  }
  return b.out;
}

}  // namespace worlds
