// The kernels of one instruction set, and the table by which the rest of the program calls them.
#pragma once

#include "types.h"

namespace lucid3d {

struct Kernels {
  const char* name;

  // Projects every Gaussian; fills splats and ranges (count entries each), depth keys, and sums (a group each).
  void (*project)(const View&, const Parameters&, Splat* splats, TileRange* ranges, uint32_t* keys, GroupSums* sums,
                  int threads);
  // Puts other features into projected splats: `channels` planes (at most 4), then depth if there is room.
  void (*set_features)(const float* features, int channels, size_t stride, int count, Splat* splats, int threads);
  // Lists the visible Gaussians in order of depth (ties: by index); scratch holds 2 * visible entries.
  void (*sort_by_depth)(const uint32_t* keys, const TileRange* ranges, const GroupSums* sums, int count,
                        uint64_t* scratch, uint32_t* order, int threads);
  // Distributes Gaussians over tiles in that order; counters holds bin_chunks(...) for every tile.
  void (*bin)(const uint32_t* order, int visible, const TileRange* ranges, int tiles_x, int tiles_y, uint32_t* counters,
              uint32_t* tile_start, uint32_t* ids, int threads);
  // Blends. image: kImagePlanes planes; stops: a tile each, the intersection where its last pixel was full.
  void (*rasterize)(const View&, const Splat*, const Bins&, const float* background, float* image, uint32_t* stops,
                    int threads);
  // Gradient of `rasterize`: moments gets kMoments floats an intersection, grouped by Gaussian.
  void (*rasterize_backward)(const View&, const Splat*, const Bins&, const float* background, const float* image,
                             const float* v_image, const uint32_t* stops, bool absolute, float* moments, int threads);
  // Sums moments and takes them back through the projection. partial_view: 15 floats a group, or null.
  void (*project_backward)(const View&, const Parameters&, const TileRange*, const Bins&, const float* moments,
                           const Gradients&, float* partial_view, int threads);
  // The same, and at once a step of Adam with the gradient. means2d: 2 planes for the gradient by the projected centres,
  // or null. scratch: step.rows * kGradientRow floats a thread.
  void (*train_step)(const View&, const Parameters&, const TileRange*, const Bins&, const float* moments,
                     const AdamStep& step, float* means2d, float* scratch, int threads);
  // Loss and its gradient by the image (kImagePlanes planes each). sums: a LossSums for each of loss_bands(height).
  // scratch: loss_scratch(width) floats a thread.
  void (*image_loss)(const Target&, const LossWeights&, const float* image, float* v_image, LossSums* sums,
                     float* scratch, int threads);
};

// Gradients of a group that `train_step` keeps, a row a plane. Rows of just kGroup floats, 4096 bytes, would all fall into
// the same few places of the first-level cache.
constexpr int kGradientRow = kGroup + 16;

// `image_loss` works on bands of this many rows.
constexpr int kLossBand = 64;  // even
inline int loss_bands(int height) { return (height + kLossBand - 1) / kLossBand; }

// Rows that it keeps: seven rings of 16 rows and sixteen single rows, padded at both ends.
constexpr int kLossPadding = 16;
inline size_t loss_row(int width) { return ((size_t)width + 2 * kLossPadding + 15) / 16 * 16; }
inline size_t loss_scratch(int width) { return (7 * 16 + 16) * loss_row(width); }

// `bin` needs this many counters for every tile.
inline int bin_chunks(int visible, int threads) {
  constexpr int kSmallest = 4096, kMost = 16;
  const int useful = visible / kSmallest + 1, chunks = threads < useful ? threads : useful;
  return chunks < kMost ? chunks : kMost;
}

#define LUCID3D_DECLARE(ISA) \
  namespace ISA {            \
  const Kernels& kernels();  \
  }
LUCID3D_DECLARE(baseline)
LUCID3D_DECLARE(avx2)
LUCID3D_DECLARE(avx512)
#undef LUCID3D_DECLARE

}  // namespace lucid3d
