// Rasterisation: alpha blending of the splats of each tile, nearest first.
#include "kernels_isa.h"
#include "parallel.h"
#include "rasterize.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// transmittance: the product of all (1 - alpha) so far, and zero once the pixel is full; rest: what is let through to the
// background, which is the product before the splat that would have filled the pixel.
struct ForwardBlock {
  Floats transmittance, rest, f0, f1, f2, f3;
};

// Blends the splats in a block's list; (x, y) are its pixels, from the tile's middle.
//
// From a splat to its weight it is a chain of thirty operations that wait for each other, more than a processor looks
// ahead. So the next splat's exponent is found while this one is blended.
void blend(const Batch& batch, int index, const Floats& x, const Floats& y, ForwardBlock& block) {
  const uint8_t* list = batch.list[index];
  const int length = batch.length[index];
  ForwardBlock b = block;
  Floats e = exponent(batch.splats[list[0]], x, y);
  for (int k = 0; k < length; ++k) {
    const Near& s = batch.splats[list[k]];
    const Floats next = exponent(batch.splats[list[k + 1]], x, y);
    const Floats alpha = alpha_of(e);
    const Floats full = alpha * b.transmittance, left = b.transmittance - full;
    const Mask takes = left > kTransmittanceMin;
    const Floats w = select(takes, full, 0.0f);
    b.transmittance = select(takes, left, 0.0f);
    b.rest = select(takes, left, b.rest);
    b.f0 += w * s.feature[0];
    b.f1 += w * s.feature[1];
    b.f2 += w * s.feature[2];
    b.f3 += w * s.feature[3];
    e = next;
  }
  block = b;
}

// Draws the tile; returns the intersection before which all its pixels were full.
uint32_t blend_tile(const Splat* splats, const Bins& bins, int tile, int left, int top, ForwardBlock* blocks) {
  const LaneOffsets lanes;
  Batch batch;
  uint32_t open = kAllBlocks;
  const uint32_t end = bins.tile_start[tile + 1];
  uint32_t first = bins.tile_start[tile];
  for (; first < end && open; first += kBatch) {
    const int count = end - first < (uint32_t)kBatch ? (int)(end - first) : kBatch;
    const Mask still_open = mask_of(open);
    batch.clear();
    for (int i = 0; i < count; ++i) {
      const uint32_t k = first + i;
      if (k + kAhead < end) __builtin_prefetch(splats + bins.ids[k + kAhead]);
      const Splat& splat = splats[bins.ids[k]];
      const float x = splat.x - (float)(left + kTile / 2), y = splat.y - (float)(top + kTile / 2);
      const Mask reached = reached_blocks(splat, x, y) & still_open;
      bins.blocks[k] = (uint16_t)lane_bits(reached);
      batch.put(i, splat, x, y, reached);
    }
    batch.close();
    for (int i = 0; i < kBlocksPerTile; ++i) {
      blend(batch, i, lanes.x + kBlockLeft[i], lanes.y + kBlockTop[i], blocks[i]);
      if (!any(blocks[i].transmittance > 0.0f)) open &= ~(1u << i);
    }
  }
  return first < end ? first : end;
}

}  // namespace

void rasterize(const View& view, const Splat* splats, const Bins& bins, const float* background, float* image,
               uint32_t* stops, int threads) {
  const int tiles_x = view.tiles_x();
  const size_t plane = (size_t)view.width * view.height;
  parallel_for(tiles_x * view.tiles_y(), threads, [&](int tile) {
    const int left = tile % tiles_x * kTile, top = tile / tiles_x * kTile;
    ForwardBlock blocks[kBlocksPerTile];
    for (ForwardBlock& block : blocks) block = {1.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f};
    stops[tile] = blend_tile(splats, bins, tile, left, top, blocks);
    for (int i = 0; i < kBlocksPerTile; ++i) {
      const int x = left + i % kBlocksAcross * kBlock, y = top + i / kBlocksAcross * kBlock;
      const ForwardBlock& block = blocks[i];
      const Floats rest = block.rest;
      store_block(image, view.width, view.height, x, y, block.f0 + rest * background[0]);
      store_block(image + plane, view.width, view.height, x, y, block.f1 + rest * background[1]);
      store_block(image + 2 * plane, view.width, view.height, x, y, block.f2 + rest * background[2]);
      store_block(image + 3 * plane, view.width, view.height, x, y, block.f3 + rest * background[3]);
      store_block(image + 4 * plane, view.width, view.height, x, y, Floats(1.0f) - rest);
    }
  });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
