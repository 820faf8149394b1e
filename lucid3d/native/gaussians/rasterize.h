// What the forward and the backward rasteriser share.
//
//   C = sum_i w_i f_i + T_end background,   w_i = alpha_i T_i,   T_i = prod_{j < i} (1 - alpha_j)
//
// A tile of 16x16 pixels is sixteen blocks of 4x4; a block is one vector of sixteen lanes. For every splat a bit mask
// says which blocks its box touches and which still take light; only those are computed.
#pragma once

#include "project.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr float kAlphaMax = 0.999f;            // no splat is quite opaque: 1 / (1 - alpha) stays finite
constexpr float kTransmittanceMin = 1e-4f;     // a pixel that would let less than this through is full
constexpr int kAhead = 8;                      // splats are read in random order: ask for them early
constexpr int kBlocksAcross = kTile / kBlock;  // blocks in a row of a tile

// Which blocks of the tile at pixel (left, top) a splat's box touches; bit 4 row + column.
LUCID3D_INLINE uint32_t boxed_blocks(const Splat& splat, int left, int top) {
  const int x0 = splat.x0 - left, y0 = splat.y0 - top, x1 = splat.x1 - 1 - left, y1 = splat.y1 - 1 - top;
  const int column0 = (x0 > 0 ? x0 : 0) / kBlock, column1 = (x1 < kTile - 1 ? x1 : kTile - 1) / kBlock;
  const int row0 = (y0 > 0 ? y0 : 0) / kBlock, row1 = (y1 < kTile - 1 ? y1 : kTile - 1) / kBlock;
  const uint32_t columns = (2u << column1) - (1u << column0);
  const uint32_t rows = (16u << (4 * row1)) - (1u << (4 * row0));  // all bits of the rows
  return (columns * 0x1111u) & rows;
}

// Where a tile's blocks begin.
constexpr float kBlockLeft[kBlocksPerTile] = {0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12};
constexpr float kBlockTop[kBlocksPerTile] = {0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12};

// Blocks that are full are looked for after every so many splats.
constexpr int kCheckEvery = 8;

template <class Block>
LUCID3D_INLINE uint32_t open_blocks(const Block* blocks, uint32_t open) {
  for (int i = 0; i < kBlocksPerTile; ++i) {
    if (all_negative(blocks[i].transmittance)) open &= ~(1u << i);
  }
  return open;
}

// Where the lanes of a block are, in pixels from its first pixel's centre.
struct LaneOffsets {
  Floats x, y;
  LaneOffsets() {
    float lx[kLanes], ly[kLanes];
    for (int l = 0; l < kLanes; ++l) lx[l] = (float)(l % kBlock), ly[l] = (float)(l / kBlock);
    x = load(lx), y = load(ly);
  }
};

// Copies a plane's part under a block into sixteen lanes; zero outside the image.
LUCID3D_INLINE Floats load_block(const float* plane, int width, int height, int left, int top) {
  float t[kLanes];
  if (left + kBlock <= width && top + kBlock <= height) {
    for (int row = 0; row < kBlock; ++row) memcpy(t + kBlock * row, plane + (size_t)(top + row) * width + left, 16);
  } else {
    for (int l = 0; l < kLanes; ++l) {
      const int x = left + l % kBlock, y = top + l / kBlock;
      t[l] = x < width && y < height ? plane[(size_t)y * width + x] : 0.0f;
    }
  }
  return load(t);
}

LUCID3D_INLINE void store_block(float* plane, int width, int height, int left, int top, const Floats& value) {
  float t[kLanes];
  store(t, value);
  if (left + kBlock <= width && top + kBlock <= height) {
    for (int row = 0; row < kBlock; ++row) memcpy(plane + (size_t)(top + row) * width + left, t + kBlock * row, 16);
  } else {
    for (int l = 0; l < kLanes; ++l) {
      const int x = left + l % kBlock, y = top + l / kBlock;
      if (x < width && y < height) plane[(size_t)y * width + x] = t[l];
    }
  }
}

// A splat, ready for the blocks of one tile.
struct Spread {
  Floats a, b, c, log2_opacity, f0, f1, f2, f3, x, y;
  LUCID3D_INLINE Spread(const Splat& s, const LaneOffsets& lanes, int left, int top)
      : a(s.a), b(s.b), c(s.c), log2_opacity(s.log2_opacity), f0(s.feature[0]), f1(s.feature[1]), f2(s.feature[2]),
        f3(s.feature[3]), x(lanes.x - (s.x - (float)left - 0.5f)), y(lanes.y - (s.y - (float)top - 0.5f)) {}
};

// log2 of alpha at the pixels (dx, dy) away from the centre.
LUCID3D_INLINE Floats log2_alpha(const Spread& s, const Floats& dx, const Floats& dy) {
  return (s.a * dx + s.b * dy) * dx + (s.c * dy * dy + s.log2_opacity);
}

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
