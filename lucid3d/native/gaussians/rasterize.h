// What the forward and the backward rasteriser share.
//
//   C = sum_i w_i f_i + T_end background,   w_i = alpha_i T_i,   T_i = prod_{j < i} (1 - alpha_j)
//
// A tile of 16x16 pixels is sixteen blocks of 4x4; a block is one vector of sixteen lanes. Which blocks a splat's ellipse
// reaches is found exactly, and nothing is computed for the others.
//
// Forward, a tile takes its splats in batches, as CUDA's rasterisers do: a batch is copied next to each other, and every
// block gets a list of those of its splats that reach it. Then each block walks along its own list, with its pixels' state
// in registers and nothing in the loop to branch on. Backward it is splat by splat, so that sums over a splat's blocks stay
// together: adding up lanes costs as much as two more blocks.
#pragma once

#include "project.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr float kLog2AlphaMax = -0.00144342f;  // of 0.999: no splat is quite opaque, so that 1 / (1 - alpha) stays finite
constexpr float kTransmittanceMin = 1e-4f;     // a pixel that would let less than this through is full
constexpr int kAhead = 16;                     // splats are read in random order: ask for them early
constexpr int kBatch = 128;                    // so many fit into the first-level cache
constexpr int kBlocksAcross = kTile / kBlock;  // blocks in a row of a tile
constexpr uint32_t kAllBlocks = (1u << kBlocksPerTile) - 1;

// The centres of the blocks' first pixels, from the tile's middle.
alignas(64) constexpr float kBlockLeft[kBlocksPerTile] = {-7.5f, -3.5f, 0.5f, 4.5f, -7.5f, -3.5f, 0.5f, 4.5f,
                                                          -7.5f, -3.5f, 0.5f, 4.5f, -7.5f, -3.5f, 0.5f, 4.5f};
alignas(64) constexpr float kBlockTop[kBlocksPerTile] = {-7.5f, -7.5f, -7.5f, -7.5f, -3.5f, -3.5f, -3.5f, -3.5f,
                                                         0.5f,  0.5f,  0.5f,  0.5f,  4.5f,  4.5f,  4.5f,  4.5f};

// A splat as the pixels of one tile see it: their coordinates (X, Y) count from the tile's middle.
// alpha = 2^(kSquared e), e = height - (p X + q Y - s)^2 - (r Y - t)^2.
struct alignas(64) Near {
  float p, q, s, r, t, height;
  float feature[4];
};

// The splat with its centre at (x, y), from the tile's middle.
LUCID3D_INLINE Near near(const Splat& splat, float x, float y) {
  return {splat.p, splat.q, splat.p * x + splat.q * y, splat.r, splat.r * y, splat.height,
          {splat.feature[0], splat.feature[1], splat.feature[2], splat.feature[3]}};
}

// Which of a tile's blocks a splat's ellipse alpha >= 1/255 reaches; block 4 row + column. (x, y) is the splat's centre.
//
// e is concave. Over a block (the rectangle of its pixels' centres) it is greatest at the splat's centre, if that is
// inside, and else on a side that faces the centre: there are at most one of the vertical and one of the horizontal sides
// that do. On either the greatest value is found by clamping the vertex of a parabola.
LUCID3D_INLINE Mask reached_blocks(const Splat& s, float x, float y) {
  constexpr float kSlack = 0.02f;  // this and the pixels' own arithmetic do not round alike; too many blocks do no harm
  const Floats left = load(kBlockLeft) - x, right = left + (kBlock - 1.0f);
  const Floats top = load(kBlockTop) - y, bottom = top + (kBlock - 1.0f);
  const Floats side_x = min(max(left, 0.0f), right), side_y = min(max(top, 0.0f), bottom);
  const Floats best_y = min(max(side_x * s.dy_by_dx, top), bottom);
  const Floats best_x = min(max(side_y * s.dx_by_dy, left), right);
  const Floats u0 = side_x * s.p + best_y * s.q, t0 = best_y * s.r;
  const Floats u1 = best_x * s.p + side_y * s.q, t1 = side_y * s.r;
  return min(u0 * u0 + t0 * t0, u1 * u1 + t1 * t1) <= s.height - (kLog2AlphaMin - kSlack) / kSquared;
}

// Up to kBatch splats of one tile, nearest first; for every block a list of those that reach it.
struct Batch {
  Near splats[kBatch];
  uint8_t list[kBlocksPerTile][kBatch + 1];
  alignas(64) int32_t length[kBlocksPerTile];
  Ints lengths;

  LUCID3D_INLINE void clear() {
    lengths = {};
    store(length, lengths);
  }
  // After the last: `blend` reads one number beyond the end of every list.
  LUCID3D_INLINE void close() {
    for (int block = 0; block < kBlocksPerTile; ++block) list[block][length[block]] = 0;
  }
  // Number i, in the lists of the blocks that it reaches. Writing to all sixteen lists, and making longer those that shall
  // keep it, costs less than one branch that is guessed wrongly.
  LUCID3D_INLINE void put(int i, const Splat& splat, float x, float y, const Mask& reached) {
    splats[i] = near(splat, x, y);
    for (int block = 0; block < kBlocksPerTile; ++block) list[block][length[block]] = (uint8_t)i;
    count(lengths, reached);
    store(length, lengths);
  }
};

// Where the lanes of a block are, in pixels from its first pixel's centre.
struct LaneOffsets {
  Floats x, y;
  LaneOffsets() {
    float lx[kLanes], ly[kLanes];
    for (int l = 0; l < kLanes; ++l) lx[l] = (float)(l % kBlock), ly[l] = (float)(l / kBlock);
    x = load(lx), y = load(ly);
  }
};

// A block from its four rows.
LUCID3D_INLINE Floats join_rows(const float* first, size_t stride) {
  typedef float Row __attribute__((vector_size(4 * kBlock)));
  Row row[kBlock];
  for (int k = 0; k < kBlock; ++k) memcpy(&row[k], first + k * stride, sizeof row[k]);
  Floats r;
#if defined(__AVX__)
  const auto upper = __builtin_shufflevector(row[0], row[1], 0, 1, 2, 3, 4, 5, 6, 7);
  const auto lower = __builtin_shufflevector(row[2], row[3], 0, 1, 2, 3, 4, 5, 6, 7);
#if defined(__AVX512F__)
  r.part[0] = __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  r.part[0] = upper, r.part[1] = lower;
#endif
#else
  for (int k = 0; k < kBlock; ++k) r.part[k] = row[k];
#endif
  return r;
}

// A plane's part under a block; zero outside the image.
LUCID3D_INLINE Floats load_block(const float* plane, int width, int height, int left, int top) {
  if (left + kBlock <= width && top + kBlock <= height) return join_rows(plane + (size_t)top * width + left, width);
  float t[kLanes];
  for (int l = 0; l < kLanes; ++l) {
    const int x = left + l % kBlock, y = top + l / kBlock;
    t[l] = x < width && y < height ? plane[(size_t)y * width + x] : 0.0f;
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

// The exponent e of alpha at the pixels (x, y).
LUCID3D_INLINE Floats exponent(const Near& s, const Floats& x, const Floats& y) {
  const Floats u = x * s.p + (y * s.q - s.s), t = y * s.r - s.t;
  return Floats(s.height) - u * u - t * t;
}

// alpha = 2^(8 e), zero below 1/255. Only what lies between 2^-8 and 1 is wanted, so a polynomial for 2^e on [-1, 0] (least
// maximum relative error, found by linear programming: 5e-8) and three squarings do, without splitting exponents off. The
// relative error is 2e-6.
LUCID3D_INLINE Floats alpha_of(const Floats& e) {
  const Floats x = min(e, kLog2AlphaMax / kSquared);
  Floats p = x * 9.343886144e-4f + 9.177299847e-3f;
  p = p * x + 5.526970230e-2f;
  p = p * x + 2.401687625e-1f;
  p = p * x + 6.931419089e-1f;
  p = p * x + 9.999999139e-1f;
  p *= p;
  p *= p;
  return select(e >= kLog2AlphaMin / kSquared, p * p, 0.0f);
}

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
