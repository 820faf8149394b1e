// Rasterisation: alpha blending of the splats of each tile, nearest first.
#include "kernels_isa.h"
#include "parallel.h"
#include "rasterize.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// As many rows of a strip as a register holds. transmittance: the product of all (1 - alpha) so far, and zero once the pixel
// is full; rest: what is let through to the background, which is the product before the splat that would have filled the
// pixel. (x, y) count from the tile's middle.
struct ForwardPixels {
  FloatPart transmittance, rest, f0, f1, f2, f3;
  FloatPart x, y;
};
typedef ForwardPixels ForwardStrip[kStripParts];

LUCID3D_INLINE void blend(const Near& s, ForwardPixels& b) {
  const FloatPart zero = {}, alpha = alpha_of(exponent(s, b.x, b.y));
  const FloatPart full = alpha * b.transmittance, left = b.transmittance - full;
  const IntPart takes = left > kTransmittanceMin;
  const FloatPart w = takes ? full : zero;
  b.transmittance = takes ? left : zero;
  b.rest = takes ? left : b.rest;
  b.f0 += w * s.feature[0];
  b.f1 += w * s.feature[1];
  b.f2 += w * s.feature[2];
  b.f3 += w * s.feature[3];
}

// The strips in which light still passes through a pixel.
uint32_t open_strips(const ForwardStrip* strips) {
  uint32_t open = 0;
  for (int i = 0; i < kStripsPerTile; ++i) {
    IntPart passes = {};
    for (const ForwardPixels& pixels : strips[i]) passes |= pixels.transmittance > 0.0f;
    open |= (uint32_t)any_sign(passes) << i;
  }
  return open;
}

// Draws the tile; returns the intersection before which all its pixels were full.
uint32_t blend_tile(const Splat* splats, const Bins& bins, int tile, int left, int top, ForwardStrip* strips) {
  Near batch[kBatch];
  uint32_t open = kAllStrips;
  const uint32_t end = bins.tile_start[tile + 1];
  uint32_t first = bins.tile_start[tile];
  for (; first < end && open; first += kBatch) {
    const int count = end - first < (uint32_t)kBatch ? (int)(end - first) : kBatch;
    for (int i = 0; i < count; ++i) {
      const uint32_t k = first + i;
      if (k + kAhead < end) __builtin_prefetch(splats + bins.ids[k + kAhead]);
      const Splat& splat = splats[bins.ids[k]];
      const float x = splat.x - (float)(left + kTile / 2), y = splat.y - (float)(top + kTile / 2);
      bins.strips[k] = reached_strips(splat, x, y) & open;
      batch[i] = near(splat, x, y);
    }
    for (int i = 0; i < count; ++i) {
      const Near& s = batch[i];
      for (uint32_t todo = bins.strips[first + i]; todo; todo &= todo - 1) {
        for (ForwardPixels& pixels : strips[__builtin_ctz(todo)]) blend(s, pixels);
      }
    }
    open = open_strips(strips);
  }
  return first < end ? first : end;
}

}  // namespace

void rasterize(const View& view, const Splat* splats, const Bins& bins, const float* background, float* image,
               uint32_t* stops, int threads) {
  const LaneOffsets lanes;
  const int tiles_x = view.tiles_x();
  const size_t plane = (size_t)view.width * view.height;
  parallel_for(tiles_x * view.tiles_y(), threads, [&](int tile) {
    const int left = tile % tiles_x * kTile, top = tile / tiles_x * kTile;
    ForwardStrip strips[kStripsPerTile];
    for (int i = 0; i < kBlocksPerTile; ++i) {
      const Floats zero(0.0f), one(1.0f), x = lanes.x + block_left(i), y = lanes.y + block_top(i);
      for (int k = 0; k < kParts; ++k) {
        strips[kStripsPerBlock * i + k / kStripParts][k % kStripParts] = {
            one.part[k], one.part[k], zero.part[k], zero.part[k], zero.part[k], zero.part[k], x.part[k], y.part[k]};
      }
    }
    stops[tile] = blend_tile(splats, bins, tile, left, top, strips);
    for (int i = 0; i < kBlocksPerTile; ++i) {
      const int x = left + kBlock * block_column(i), y = top + kBlock * block_row(i);
      Floats rest, f0, f1, f2, f3;
      for (int k = 0; k < kParts; ++k) {
        const ForwardPixels& pixels = strips[kStripsPerBlock * i + k / kStripParts][k % kStripParts];
        rest.part[k] = pixels.rest;
        f0.part[k] = pixels.f0, f1.part[k] = pixels.f1, f2.part[k] = pixels.f2, f3.part[k] = pixels.f3;
      }
      store_block(image, view.width, view.height, x, y, f0 + rest * background[0]);
      store_block(image + plane, view.width, view.height, x, y, f1 + rest * background[1]);
      store_block(image + 2 * plane, view.width, view.height, x, y, f2 + rest * background[2]);
      store_block(image + 3 * plane, view.width, view.height, x, y, f3 + rest * background[3]);
      store_block(image + 4 * plane, view.width, view.height, x, y, Floats(1.0f) - rest);
    }
  });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
