// Gradient of the rasteriser.
//
// Let g_i = v . f_i + v_alpha be what one unit of splat i's weight adds to the loss, v_alpha being the gradient by alpha
// less the background's share. With the suffix R_i = sum_{j > i} w_j g_j:
//
//   dL / d f_i     = w_i v
//   dL / d alpha_i = T_i g_i - R_i / (1 - alpha_i)
//   dL / d sigma_i = -alpha_i dL / d alpha_i = R_i alpha_i / (1 - alpha_i) - w_i g_i       (alpha = opacity exp(-sigma))
//
// R starts as the pixel's whole sum, known from the finished image, and loses w_i g_i at every splat: one walk from front
// to back, as in the forward pass, with one scalar a pixel and nothing stored in between.
//
// Sums over an intersection's pixels (`Moment`) go to a place of their own, so no two threads ever write to one address;
// `project_backward` adds up a Gaussian's intersections in a fixed order.
#include "kernels_isa.h"
#include "parallel.h"
#include "rasterize.h"
#include "sum_lanes.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr uint32_t kSoon = kAhead / 2;  // intersections ahead whose moments' place is asked for

// The state of some pixels below each other: as many rows of a strip as a register holds. (x, y) count from the tile's middle.
struct BackwardPixels {
  FloatPart transmittance;
  FloatPart suffix;
  FloatPart v0, v1, v2, v3;
  FloatPart v_alpha;
  FloatPart x, y;
};

// The pixels of a tile's block, from the tile's parts of the image and of its gradient.
LUCID3D_INLINE void start_block(const TilePlane* image, const TilePlane* v_image, const float* background, int block,
                                const Floats& x, const Floats& y, BackwardPixels* out[kParts]) {
  Floats v[kImagePlanes], drawn[kImagePlanes];
  for (int k = 0; k < kImagePlanes; ++k) v[k] = load(v_image[k].block[block]), drawn[k] = load(image[k].block[block]);
  const Floats behind = v[0] * background[0] + v[1] * background[1] + v[2] * background[2] + v[3] * background[3];
  // sum w_i g_i, from the image: what lies before the background is image - (1 - alpha) background.
  const Floats suffix =
      v[0] * drawn[0] + v[1] * drawn[1] + v[2] * drawn[2] + v[3] * drawn[3] - behind + v[4] * drawn[4];
  const Floats one(1.0f), v_alpha = v[4] - behind;
  for (int k = 0; k < kParts; ++k) {
    *out[k] = {one.part[k],  suffix.part[k],  v[0].part[k], v[1].part[k], v[2].part[k],
               v[3].part[k], v_alpha.part[k], x.part[k],    y.part[k]};
  }
}

// A splat's weight at some pixels and the loss's derivative by its exponent there.
struct Pull {
  FloatPart w, v;
};

// Takes a splat through some pixels as the forward pass did.
LUCID3D_INLINE Pull differentiate(const Near& s, const FloatPart& alpha, const FloatPart& greatest, BackwardPixels& b) {
  const FloatPart zero = {};
  const FloatPart left = b.transmittance - alpha * b.transmittance;
  const IntPart takes = left > kTransmittanceMin;
  const FloatPart w = takes ? alpha * b.transmittance : zero;
  b.transmittance = takes ? left : zero;
  const FloatPart wg =
      w * (b.v0 * s.feature[0] + b.v1 * s.feature[1] + (b.v2 * s.feature[2] + (b.v3 * s.feature[3] + b.v_alpha)));
  b.suffix -= wg;
  // A clamped alpha does not depend on sigma; a full pixel has no gradient.
  const IntPart follows = takes & (alpha < greatest);
  return {w, follows ? b.suffix * (alpha / (1.0f - alpha)) - wg : zero};
}

// Adds some pixels to a splat's moments, which are counted from the tile's middle; `centre` moves them.
template <bool kAbsolute>
LUCID3D_INLINE void add_moments(const Near& s, const Pull& pull, const BackwardPixels& b, FloatPart* sums) {
  const FloatPart w = pull.w, v = pull.v;
  const FloatPart vx = v * b.x, vy = v * b.y;
  sums[kV] += v;
  sums[kVx] += vx;
  sums[kVy] += vy;
  sums[kVxx] += vx * b.x;
  sums[kVxy] += vx * b.y;
  sums[kVyy] += vy * b.y;
  sums[kF0] += w * b.v0;
  sums[kF1] += w * b.v1;
  sums[kF2] += w * b.v2;
  sums[kF3] += w * b.v3;
  if (kAbsolute) {  // |dL/dx| of this pixel, d sigma / dx by way of (p X + q Y - s)^2 + (r Y - t)^2
    const FloatPart u = b.x * s.p + (b.y * s.q - s.s), t = b.y * s.r - s.t;
    constexpr float kFactor = 2.0f * kLn2;
    sums[kAbsX] += abs_part(v * u * (kFactor * s.p));
    sums[kAbsY] += abs_part(v * (u * s.q + t * s.r)) * kFactor;
  }
}

// Moves moments from the tile's middle to the splat's centre (x, y).
LUCID3D_INLINE void centre(float* m, float x, float y) {
  const float v = m[lane_of(kV)], vx = m[lane_of(kVx)], vy = m[lane_of(kVy)];
  m[lane_of(kVx)] = vx - x * v;
  m[lane_of(kVy)] = vy - y * v;
  m[lane_of(kVxx)] += x * (x * v - 2.0f * vx);
  m[lane_of(kVxy)] += x * (y * v - vy) - y * vx;
  m[lane_of(kVyy)] += y * (y * v - 2.0f * vy);
}

template <bool kAbsolute>
void tile_backward(const View& view, const Splat* splats, const Bins& bins, const float* background, const float* image,
                   const float* v_image, const uint32_t* stops, float* moments, int tile) {
  constexpr int kSums = kAbsolute ? kAbsY + 1 : kF3 + 1;
  const LaneOffsets lanes;
  const int tiles_x = view.tiles_x(), tile_x = tile % tiles_x, tile_y = tile / tiles_x;
  const int left = tile_x * kTile, top = tile_y * kTile;
  const size_t plane = (size_t)view.width * view.height;
  BackwardPixels strips[kStripsPerTile][kStripParts];
  TilePlane drawn[kImagePlanes], v_drawn[kImagePlanes];
  for (int k = 0; k < kImagePlanes; ++k) {
    ask_for_tile<false>(image + k * plane, view.width, view.height, left, top);
    ask_for_tile<false>(v_image + k * plane, view.width, view.height, left, top);
  }
  for (int k = 0; k < kImagePlanes; ++k) {
    load_tile(image + k * plane, view.width, view.height, left, top, drawn[k]);
    load_tile(v_image + k * plane, view.width, view.height, left, top, v_drawn[k]);
  }
  for (int i = 0; i < kBlocksPerTile; ++i) {
    BackwardPixels* pixels[kParts];
    for (int k = 0; k < kParts; ++k) pixels[k] = &strips[kStripsPerBlock * i + k / kStripParts][k % kStripParts];
    start_block(drawn, v_drawn, background, i, lanes.x + block_left(i), lanes.y + block_top(i), pixels);
  }
  // Where intersection k's moments go: a Gaussian's slots are its tiles, row by row.
  const auto place = [&](uint32_t k) {
    const uint32_t id = bins.ids[k];
    const Splat& splat = splats[id];
    const int x0 = splat.x0 / kTile, y0 = splat.y0 / kTile, across = (splat.x1 + kTile - 1) / kTile - x0;
    const size_t slot = (size_t)bins.group_slot[id / kGroup] + splat.slot + (tile_y - y0) * across + (tile_x - x0);
    return moments + kMoments * slot;
  };
  const FloatPart greatest = alpha_of(FloatPart{} + kLog2AlphaMax);
  const uint32_t end = bins.tile_start[tile + 1];
  float* places[kAhead];
  for (uint32_t k = bins.tile_start[tile]; k < end && k < bins.tile_start[tile] + kSoon; ++k)
    places[k % kAhead] = place(k);
  for (uint32_t k = bins.tile_start[tile]; k < end; ++k) {
    if (k + kAhead < end) __builtin_prefetch(splats + bins.ids[k + kAhead]);
    if (k + kSoon < end) __builtin_prefetch(places[(k + kSoon) % kAhead] = place(k + kSoon), 1);
    float* out = places[k % kAhead];
    uint32_t todo = k < stops[tile] ? bins.strips[k] : 0;
    if (!todo) {
      store(out, 0.0f);
      continue;
    }
    const Splat& splat = splats[bins.ids[k]];
    const float x = splat.x - (float)(left + kTile / 2), y = splat.y - (float)(top + kTile / 2);
    const Near s = near(splat, x, y);
    FloatPart sums[kSums] = {};
    // Three loops, each of steps that hardly wait for each other: a strip's whole way from its pixels to the sums is a chain of
    // some thirty steps, and a processor that looks ahead less than two strips far would wait for each.
    FloatPart alpha[kStripsPerTile][kStripParts];
    Pull pulls[kStripsPerTile][kStripParts];
    int n = 0;
    for (uint32_t rest = todo; rest; rest &= rest - 1, ++n) {
      const auto& strip = strips[__builtin_ctz(rest)];
      for (int part = 0; part < kStripParts; ++part)
        alpha[n][part] = alpha_of(exponent(s, strip[part].x, strip[part].y));
    }
    n = 0;
    for (uint32_t rest = todo; rest; rest &= rest - 1, ++n) {
      auto& strip = strips[__builtin_ctz(rest)];
      for (int part = 0; part < kStripParts; ++part)
        pulls[n][part] = differentiate(s, alpha[n][part], greatest, strip[part]);
    }
    n = 0;
    for (uint32_t rest = todo; rest; rest &= rest - 1, ++n) {
      const auto& strip = strips[__builtin_ctz(rest)];
      for (int part = 0; part < kStripParts; ++part) add_moments<kAbsolute>(s, pulls[n][part], strip[part], sums);
    }
    store(out, sum_lanes<kSums>(sums));
    centre(out, x, y);
  }
}

}  // namespace

void rasterize_backward(const View& view, const Splat* splats, const Bins& bins, const float* background,
                        const float* image, const float* v_image, const uint32_t* stops, bool absolute, float* moments,
                        int threads) {
  const auto run = absolute ? tile_backward<true> : tile_backward<false>;
  parallel_for(view.tiles_x() * view.tiles_y(), threads,
               [&](int tile) { run(view, splats, bins, background, image, v_image, stops, moments, tile); });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
