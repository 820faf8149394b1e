// Rasterisation: alpha blending of the splats of each tile, nearest first.
#include "kernels_isa.h"
#include "parallel.h"
#include "rasterize.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// A transmittance below zero marks a full pixel; its absolute value is what is let through to the background.
struct ForwardBlock {
  Floats transmittance, f0, f1, f2, f3;
};

}  // namespace

void rasterize(const View& view, const Splat* splats, const Bins& bins, const float* background, float* image,
               uint32_t* stops, int threads) {
  const int tiles_x = view.tiles_x();
  const size_t plane = (size_t)view.width * view.height;
  parallel_for(tiles_x * view.tiles_y(), threads, [&](int tile) {
    const LaneOffsets lanes;
    const int left = tile % tiles_x * kTile, top = tile / tiles_x * kTile;
    ForwardBlock blocks[kBlocksPerTile];
    for (ForwardBlock& block : blocks) {
      block.transmittance = 1.0f;
      block.f0 = block.f1 = block.f2 = block.f3 = 0.0f;
    }
    uint32_t open = (1u << kBlocksPerTile) - 1;
    const uint32_t end = bins.tile_start[tile + 1];
    uint32_t k = bins.tile_start[tile];
    for (; k < end && open; ++k) {
      if (k + kAhead < end) __builtin_prefetch(splats + bins.ids[k + kAhead]);
      const Splat& splat = splats[bins.ids[k]];
      uint32_t todo = boxed_blocks(splat, left, top) & open, touched_blocks = 0;
      const Spread s(splat, lanes, left, top);
      while (todo) {
        const int i = __builtin_ctz(todo);
        todo &= todo - 1;
        const Floats dx = s.x + kBlockLeft[i], dy = s.y + kBlockTop[i];
        const Floats power = log2_alpha(s, dx, dy);
        const Mask touched = power >= kLog2AlphaMin;
        if (!any(touched)) continue;
        touched_blocks |= 1u << i;
        ForwardBlock& block = blocks[i];
        const Floats alpha = select(touched, min(exp2(power), kAlphaMax), 0.0f);
        const Floats full = alpha * block.transmittance, rest = block.transmittance - full;
        const Mask takes = rest > kTransmittanceMin;  // false for good once the transmittance is negative
        const Floats w = select(takes, full, 0.0f);
        block.transmittance = select(takes, rest, negative_abs(block.transmittance));
        block.f0 += w * s.f0;
        block.f1 += w * s.f1;
        block.f2 += w * s.f2;
        block.f3 += w * s.f3;
      }
      bins.blocks[k] = (uint16_t)touched_blocks;
      if (k % kCheckEvery == 0) open = open_blocks(blocks, open);
    }
    stops[tile] = k;
    for (int i = 0; i < kBlocksPerTile; ++i) {
      const int x = left + i % kBlocksAcross * kBlock, y = top + i / kBlocksAcross * kBlock;
      const ForwardBlock& block = blocks[i];
      const Floats rest = abs(block.transmittance);
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
