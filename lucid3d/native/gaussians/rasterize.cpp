// Rasterisation: alpha blending of the splats of each tile, nearest first.
#include "kernels_isa.h"
#include "parallel.h"
#include "rasterize.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// As many rows of a strip as a register holds. transmittance: the product of all (1 - alpha) so far, and zero once the pixel
// is full, that is: once a splat has come that would let too little through; weight: the sum of the splats' weights, which is
// the picture's alpha. (x, y) count from the tile's middle.
struct ForwardPixels {
  FloatPart transmittance, weight, f0, f1, f2, f3;
  FloatPart x, y;
};
typedef ForwardPixels ForwardStrip[kStripParts];

LUCID3D_INLINE void blend(const Near& s, const FloatPart& alpha, ForwardPixels& b) {
  const FloatPart zero = {};
  const FloatPart left = b.transmittance - alpha * b.transmittance;
  const IntPart takes = left > kTransmittanceMin;
  const FloatPart w = takes ? alpha * b.transmittance : zero;
  b.transmittance = takes ? left : zero;
  b.weight += w;
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
      // First all alphas, then all pixels: none of the steps of either loop waits long for the one before it.
      FloatPart alpha[kStripsPerTile][kStripParts];
      const uint32_t reached = bins.strips[first + i];
      FloatPart(*at)[kStripParts] = alpha;
      for (uint32_t todo = reached; todo; todo &= todo - 1, ++at) {
        const ForwardStrip& strip = strips[__builtin_ctz(todo)];
        for (int part = 0; part < kStripParts; ++part)
          (*at)[part] = alpha_of(exponent(s, strip[part].x, strip[part].y));
      }
      at = alpha;
      for (uint32_t todo = reached; todo; todo &= todo - 1, ++at) {
        ForwardStrip& strip = strips[__builtin_ctz(todo)];
        for (int part = 0; part < kStripParts; ++part) blend(s, (*at)[part], strip[part]);
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
    for (int c = 0; c < kImagePlanes; ++c) {
      ask_for_tile<true>(image + c * plane, view.width, view.height, left, top);
    }
    ForwardStrip strips[kStripsPerTile];
    for (int i = 0; i < kBlocksPerTile; ++i) {
      const Floats zero(0.0f), one(1.0f), x = lanes.x + block_left(i), y = lanes.y + block_top(i);
      for (int k = 0; k < kParts; ++k) {
        strips[kStripsPerBlock * i + k / kStripParts][k % kStripParts] = {
            one.part[k], zero.part[k], zero.part[k], zero.part[k], zero.part[k], zero.part[k], x.part[k], y.part[k]};
      }
    }
    stops[tile] = blend_tile(splats, bins, tile, left, top, strips);
    TilePlane planes[kImagePlanes];
    for (int i = 0; i < kBlocksPerTile; ++i) {
      for (int k = 0; k < kParts; ++k) {
        const ForwardPixels& pixels = strips[kStripsPerBlock * i + k / kStripParts][k % kStripParts];
        const FloatPart rest = 1.0f - pixels.weight;
        const FloatPart values[kImagePlanes] = {pixels.f0 + rest * background[0], pixels.f1 + rest * background[1],
                                                pixels.f2 + rest * background[2], pixels.f3 + rest * background[3],
                                                pixels.weight};
        for (int c = 0; c < kImagePlanes; ++c) memcpy(planes[c].block[i] + k * kWidth, &values[c], sizeof values[c]);
      }
    }
    for (int c = 0; c < kImagePlanes; ++c) {
      store_tile(image + c * plane, view.width, view.height, left, top, planes[c]);
    }
  });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
