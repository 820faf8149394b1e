// What the forward and the backward rasteriser share.
//
//   C = sum_i w_i f_i + T_end background,   w_i = alpha_i T_i,   T_i = prod_{j < i} (1 - alpha_j)
//
// A tile of 16x16 pixels is sixteen blocks of 4x4, and a block one or two strips of as many rows as a register holds: 4x4 on
// AVX-512, 4x2 elsewhere. Which strips a splat's ellipse reaches is found exactly, and nothing is computed for the others.
// Strips of eight pixels waste fewer lanes than blocks of sixteen, and what is computed for one fits into AVX2's registers.
//
// Both directions go splat by splat, nearest first, through the strips that it reaches: strips do not wait for each other,
// and backward the sums over a splat's pixels stay together. Forward finds the strips of a batch of splats before it blends
// them, so that a processor knows early how long each loop is, and keeps them for the backward pass.
#pragma once

#include "project.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr float kLog2AlphaMax =
    -0.00144342f;                           // of 0.999: no splat is quite opaque, so that 1 / (1 - alpha) stays finite
constexpr float kTransmittanceMin = 1e-4f;  // a pixel that would let less than this through is full
constexpr int kAhead = 16;                  // splats are read in random order: ask for them early
constexpr int kBatch = 128;                 // so many leave room for the strips in the first-level cache
constexpr int kBlocksAcross = kTile / kBlock;  // blocks in a row of a tile

// A block is one or two strips, of the rows that fit into one register (two of SSE's or NEON's). Blocks and strips are
// numbered column by column: strip h of block i is kStripsPerBlock i + h.
constexpr int kStripRows = kWidth == 16 ? 4 : 2;
constexpr int kStripParts = kStripRows * kBlock / kWidth;
constexpr int kStripsPerBlock = kBlock / kStripRows;
constexpr int kStripsPerTile = kStripsPerBlock * kBlocksPerTile;
constexpr uint32_t kStripsOfBlock = (1u << kStripsPerBlock) - 1;
constexpr uint32_t kAllStrips = (uint32_t)(((uint64_t)1 << kStripsPerTile) - 1);

// A band is a row of strips across a tile.
constexpr int kBands = kTile / kStripRows;
constexpr int kBandParts = kBands > kWidth ? kBands / kWidth : 1;
constexpr int kBandsPerPart = kBands / kBandParts;

// The centres of the bands' and the blocks' first pixels, from the tile's middle.
alignas(64) constexpr float kBandTop[kLanes] = {-7.5f,
                                                -7.5f + kStripRows,
                                                -7.5f + 2 * kStripRows,
                                                -7.5f + 3 * kStripRows,
                                                -7.5f + 4 * kStripRows,
                                                -7.5f + 5 * kStripRows,
                                                -7.5f + 6 * kStripRows,
                                                -7.5f + 7 * kStripRows};
constexpr float kColumnLeft[kBlocksAcross] = {-7.5f, -3.5f, 0.5f, 4.5f};
constexpr int block_column(int block) { return block / kBlocksAcross; }
constexpr int block_row(int block) { return block % kBlocksAcross; }
constexpr float block_left(int block) { return -7.5f + (float)(kBlock * block_column(block)); }
constexpr float block_top(int block) { return -7.5f + (float)(kBlock * block_row(block)); }

// A splat as the pixels of one tile see it: their coordinates (X, Y) count from the tile's middle.
// alpha = 2^e, e = height - (p X + q Y - s)^2 - (r Y - t)^2.
struct alignas(64) Near {
  float p, q, s, r, t, height;
  float feature[4];
};

// The splat with its centre at (x, y), from the tile's middle.
LUCID3D_INLINE Near near(const Splat& splat, float x, float y) {
  return {splat.p,
          splat.q,
          splat.p * x + splat.q * y,
          splat.r,
          splat.r * y,
          splat.height,
          {splat.feature[0], splat.feature[1], splat.feature[2], splat.feature[3]}};
}

// Which of a tile's strips a splat's ellipse alpha >= 1/255 reaches. (x, y) is the splat's centre.
//
// A lane is a band of the tile, as high as a strip. What lies in it of the ellipse is convex, so that it reaches just the
// strips whose columns its extent in x overlaps. On the ellipse p dx = -q dy +- sqrt(room), room = e_max - (r dy)^2, and the
// extent ends where dy comes nearest to that of the ellipse's own rightmost (leftmost) point.
LUCID3D_INLINE uint32_t reached_strips(const Splat& s, float x, float y) {
  constexpr float kSlack = 0.02f;  // this and the pixels' own arithmetic do not round alike; too many strips do no harm
  const float most = s.height - (kLog2AlphaMin - kSlack);
  const FloatPart zero = {}, p = zero + s.p, middle = zero + s.p * x;
  uint32_t reached = 0;
  for (int part = 0; part < kBandParts; ++part) {
    FloatPart top;
    memcpy(&top, kBandTop + part * kWidth, sizeof top);
    top -= y;
    const FloatPart bottom = top + (kStripRows - 1.0f);
    const FloatPart right_dy = min_part(max_part(zero + s.right_dy, top), bottom);
    const FloatPart left_dy = min_part(max_part(zero - s.right_dy, top), bottom);
    const FloatPart right_t = right_dy * s.r, left_t = left_dy * s.r;
    const FloatPart right_room = most - right_t * right_t, left_room = most - left_t * left_t;
    const FloatPart right = middle + sqrt_part(right_room) - right_dy * s.q;
    const FloatPart left = middle - sqrt_part(left_room) - left_dy * s.q;
    for (int column = 0; column < kBlocksAcross; ++column) {  // no root of a negative number passes
      const FloatPart first = p * kColumnLeft[column], last = p * (kColumnLeft[column] + (kBlock - 1.0f));
      const uint32_t lanes = part_bits((left <= last) & (right >= first)) & ((1u << kBandsPerPart) - 1);
      reached |= lanes << (kBands * column + kWidth * part);
    }
  }
  return reached;
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

// A tile's part of a plane: block i's pixels are at block[i], row by row.
struct alignas(64) TilePlane {
  float block[kBlocksPerTile][kLanes];
};

// Calls visit(place in the plane, place in the tile's part, how many) for every part of a row that a block has, row by row: a
// row of a tile is a line of the cache and is used as a whole, because the lines of five planes do not fit into the few places
// that the first-level cache has for them.
template <class Visit>
LUCID3D_INLINE void each_row_of_blocks(int width, int height, int left, int top, const Visit& visit) {
  if (left + kTile <= width && top + kTile <= height) {
    for (int y = 0; y < kTile; ++y) {
      for (int column = 0; column < kBlocksAcross; ++column) {
        visit((size_t)(top + y) * width + left + kBlock * column,
              kLanes * (kBlocksAcross * column + y / kBlock) + y % kBlock * kBlock, kBlock);
      }
    }
    return;
  }
  for (int y = 0; y < kTile && top + y < height; ++y) {
    for (int x = 0; x < kTile && left + x < width; ++x) {
      visit((size_t)(top + y) * width + left + x,
            kLanes * (x / kBlock * kBlocksAcross + y / kBlock) + y % kBlock * kBlock + x % kBlock, 1);
    }
  }
}

// What is outside the image is zero.
LUCID3D_INLINE void load_tile(const float* plane, int width, int height, int left, int top, TilePlane& out) {
  float* to = out.block[0];
  if (left + kTile > width || top + kTile > height) memset(to, 0, sizeof out);
  each_row_of_blocks(width, height, left, top,
                     [&](size_t from, int at, int count) { memcpy(to + at, plane + from, sizeof(float) * count); });
}

LUCID3D_INLINE void store_tile(float* plane, int width, int height, int left, int top, const TilePlane& in) {
  const float* from = in.block[0];
  each_row_of_blocks(width, height, left, top,
                     [&](size_t to, int at, int count) { memcpy(plane + to, from + at, sizeof(float) * count); });
}

// Asks for a tile of a plane, so that all its lines are on their way at once.
template <bool kToWrite>
LUCID3D_INLINE void ask_for_tile(const float* plane, int width, int height, int left, int top) {
  const int last = top + kTile < height ? top + kTile : height;
  for (int y = top; y < last; ++y) __builtin_prefetch(plane + (size_t)y * width + left, kToWrite);
}

// The exponent e of alpha at the pixels (x, y).
LUCID3D_INLINE FloatPart exponent(const Near& s, const FloatPart& x, const FloatPart& y) {
  const FloatPart u = x * s.p + (y * s.q - s.s), t = y * s.r - s.t;
  return s.height - u * u - t * t;
}

// alpha = 2^e, zero below 1/255. Adding 1.5 * 2^23 rounds e to an integer n in the low bits of the mantissa, which, shifted, are
// added to the exponent of a polynomial for 2^(e - n) (least maximum relative error on [-1/2, 1/2], found by linear
// programming: 2.7e-6). What is far below zero overflows, and is not taken.
LUCID3D_INLINE FloatPart alpha_of(const FloatPart& e) {
  const FloatPart zero = {}, x = min_part(e, zero + kLog2AlphaMax);
  const FloatPart shifted = x + 12582912.0f, y = x - (shifted - 12582912.0f);
  FloatPart p = y * 9.570101985e-3f + 5.591786064e-2f;
  p = p * y + 2.402474483e-1f;
  p = p * y + 6.931218147e-1f;
  p = p * y + 9.999992614e-1f;
  return e >= kLog2AlphaMin ? floats(bits(p) + (bits(shifted) << 23)) : zero;
}

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
