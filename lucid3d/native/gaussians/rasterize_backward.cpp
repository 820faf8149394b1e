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

struct BackwardBlock {
  Floats transmittance;
  Floats suffix;
  Floats v0, v1, v2, v3;
  Floats v_alpha;
};

struct Background {
  float f[4];
};

LUCID3D_INLINE void start_block(const View& view, const float* image, const float* v_image, const float* background,
                                int x, int y, BackwardBlock& block) {
  const size_t plane = (size_t)view.width * view.height;
  Floats v[kImagePlanes], out[kImagePlanes];
  for (int k = 0; k < kImagePlanes; ++k) {
    v[k] = load_block(v_image + k * plane, view.width, view.height, x, y);
    out[k] = load_block(image + k * plane, view.width, view.height, x, y);
  }
  block.transmittance = 1.0f;
  block.v0 = v[0], block.v1 = v[1], block.v2 = v[2], block.v3 = v[3];
  const Floats behind =
      v[0] * background[0] + v[1] * background[1] + v[2] * background[2] + v[3] * background[3];
  block.v_alpha = v[4] - behind;
  // sum w_i g_i, from the image: what lies before the background is image - (1 - alpha) background.
  block.suffix = v[0] * out[0] + v[1] * out[1] + v[2] * out[2] + v[3] * out[3] - behind + v[4] * out[4];
}

template <bool kAbsolute>
void tile_backward(const View& view, const Splat* splats, const Bins& bins, const float* background,
                   const float* image, const float* v_image, const uint32_t* stops, float* moments, int tile) {
  constexpr int kSums = kAbsolute ? kAbsY + 1 : kF3 + 1;
  const LaneOffsets lanes;
  const int tiles_x = view.tiles_x(), tile_x = tile % tiles_x, tile_y = tile / tiles_x;
  const int left = tile_x * kTile, top = tile_y * kTile;
  BackwardBlock blocks[kBlocksPerTile];
  for (int i = 0; i < kBlocksPerTile; ++i) {
    start_block(view, image, v_image, background, left + i % kBlocksAcross * kBlock, top + i / kBlocksAcross * kBlock,
                blocks[i]);
  }
  // Where intersection k's moments go: a Gaussian's slots are its tiles, row by row.
  const auto place = [&](uint32_t k) {
    const uint32_t id = bins.ids[k];
    const Splat& splat = splats[id];
    const int x0 = splat.x0 / kTile, y0 = splat.y0 / kTile, across = (splat.x1 + kTile - 1) / kTile - x0;
    const size_t slot = (size_t)bins.group_slot[id / kGroup] + splat.slot + (tile_y - y0) * across + (tile_x - x0);
    return moments + kMoments * slot;
  };
  uint32_t open = (1u << kBlocksPerTile) - 1;
  const uint32_t end = bins.tile_start[tile + 1];
  for (uint32_t k = bins.tile_start[tile]; k < end; ++k) {
    if (k + 2 * kAhead < end) __builtin_prefetch(splats + bins.ids[k + 2 * kAhead]);
    if (k + kAhead < end) __builtin_prefetch(place(k + kAhead), 1);
    const Splat& splat = splats[bins.ids[k]];
    float* out = place(k);
    if (k % kCheckEvery == 0) open = open_blocks(blocks, open);
    uint32_t todo = k < stops[tile] ? bins.blocks[k] & open : 0;
    if (!todo) {
      memset(out, 0, sizeof(float) * kMoments);
      continue;
    }
    const Spread s(splat, lanes, left, top);
    Floats sums[kSums];
    for (Floats& sum : sums) sum = 0.0f;
    do {
      const int i = __builtin_ctz(todo);
      todo &= todo - 1;
      const Floats dx = s.x + kBlockLeft[i], dy = s.y + kBlockTop[i];
      const Floats power = log2_alpha(s, dx, dy);
      const Mask touched = power >= kLog2AlphaMin;
      BackwardBlock& block = blocks[i];
      const Floats unclamped = exp2(power);
      const Floats alpha = select(touched, min(unclamped, kAlphaMax), 0.0f);
      const Floats full = alpha * block.transmittance, rest = block.transmittance - full;
      const Mask takes = rest > kTransmittanceMin;
      const Floats w = select(takes, full, 0.0f);
      block.transmittance = select(takes, rest, negative_abs(block.transmittance));
      const Floats g = block.v0 * s.f0 + block.v1 * s.f1 + (block.v2 * s.f2 + (block.v3 * s.f3 + block.v_alpha));
      const Floats wg = w * g;
      block.suffix -= wg;
      // A clamped alpha does not depend on sigma; an untouched or full pixel has no gradient.
      const Mask follows = takes & (unclamped <= kAlphaMax) & touched;
      const Floats v = select(follows, block.suffix * (alpha / (Floats(1.0f) - alpha)) - wg, 0.0f);
      const Floats vx = v * dx, vy = v * dy;
      sums[kV] += v;
      sums[kVx] += vx;
      sums[kVy] += vy;
      sums[kVxx] += vx * dx;
      sums[kVxy] += vx * dy;
      sums[kVyy] += vy * dy;
      sums[kF0] += w * block.v0;
      sums[kF1] += w * block.v1;
      sums[kF2] += w * block.v2;
      sums[kF3] += w * block.v3;
      if (kAbsolute) {  // |dL/dx| of this pixel: dsigma/dx = -(A dx + B dy), with a = -A log2(e) / 2, b = -B log2(e)
        sums[kAbsX] += abs(vx * (2.0f * splat.a) + vy * splat.b) * kLn2;
        sums[kAbsY] += abs(vx * splat.b + vy * (2.0f * splat.c)) * kLn2;
      }
    } while (todo);
    sum_lanes<kSums>(sums, out);
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
