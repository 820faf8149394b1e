// What the kernels pass to each other. Plain data only: this header is seen by code for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lucid3d {

// Pixels are worked on in tiles of 16x16 and, inside a tile, in blocks of 4x4 (sixteen lanes) or parts of them.
constexpr int kTile = 16;
constexpr int kBlock = 4;
constexpr int kBlocksPerTile = (kTile / kBlock) * (kTile / kBlock);

// Gaussians are worked on in groups; a group's sums come before its members' numbers are known.
constexpr int kGroup = 1024;

// A pinhole camera; see gsplat's `viewmats` and `Ks`.
struct View {
  float world_to_camera[12];  // three rows of [rotation | translation]
  float position[3];          // of the camera, in the world
  float fx, fy, cx, cy;       // in pixels
  int width, height;
  float near_plane, far_plane;
  float eps2d;        // added to both eigenvalues of the projected covariance, in square pixels
  float radius_clip;  // Gaussians of at most this radius in pixels are left out
  bool antialiased;   // weaken opacity by what eps2d has added (Mip-Splatting)

  int tiles_x() const { return (width + kTile - 1) / kTile; }
  int tiles_y() const { return (height + kTile - 1) / kTile; }
};

// N Gaussians as planes: component k of Gaussian i is at plane[k * stride + i]. Memory of every plane must be readable
// up to the next multiple of 16 Gaussians, which is what stride is.
struct Parameters {
  const float* means;      // 3 planes, metres
  const float* quats;      // 4 planes, w x y z, any length
  const float* scales;     // 3 planes, metres, or their logarithms if `raw`
  const float* opacities;  // 1 plane in [0, 1], or their logits if `raw`
  const float* sh;         // 3 (degree + 1)^2 planes, coefficient-major; null where `features` are used
  const float* features;   // `channels` planes (at most 4); null where `sh` is used
  int sh_degree;
  int channels;  // of features; the channel after the last feature (or after r, g, b) carries depth if there is room
  int count;
  size_t stride;
  bool raw;
};

// Gradients of the same planes, written by the backward pass; null pointers are left out.
struct Gradients {
  float* means;
  float* quats;
  float* scales;
  float* opacities;
  float* sh;
  float* features;
  float* means2d;      // 2 planes: of the projected centre, in pixels
  float* abs_means2d;  // 2 planes: sums of absolute values over pixels (AbsGS)
  float* view;         // 12 of world_to_camera, then 3 of position
  size_t stride;
  size_t origin;  // the Gaussian that column 0 belongs to
};

// A Gaussian as the rasteriser sees it: one cache line.
//
// alpha(pixel) = 2^e, e = height - (p dx + q dy)^2 - (r dy)^2, dx = pixel centre - x: the conic in the form of its Cholesky
// factor, which loses no digits to cancellation however thin the Gaussian is.
struct alignas(64) Splat {
  float x, y;
  float p, q, r;
  float height;  // log2 of the opacity
  float feature[4];
  uint16_t x0, x1, y0, y1;  // pixels [x0, x1) x [y0, y1) where alpha can reach 1/255; empty if not visible
  uint32_t slot;            // first intersection of this Gaussian, counted from the start of its group
  float depth;              // z in the camera's frame
  float right_dy;           // dy of the rightmost point where alpha is 1/255; the leftmost has -right_dy
};
static_assert(sizeof(Splat) == 64, "a splat fills one cache line");

// Sums over an intersection's pixels that the backward pass hands from the rasteriser to the projection.
// v is the loss's derivative by sigma, the exponent: alpha = opacity * exp(-sigma).
enum Moment {
  kV,    // sum of v
  kVx,   // sum of v dx
  kVy,   // sum of v dy
  kVxx,  // sum of v dx^2
  kVxy,  // sum of v dx dy
  kVyy,  // sum of v dy^2
  kF0,   // derivatives by the four features
  kF1,
  kF2,
  kF3,
  kAbsX,  // sums of |dL/dx|, |dL/dy|, if asked for
  kAbsY,
  kMoments = 16
};

// The tiles [x0, x1) x [y0, y1) that a Gaussian touches.
struct TileRange {
  uint16_t x0, x1, y0, y1;
};

// What a group of Gaussians adds up to.
struct GroupSums {
  uint32_t visible;
  uint32_t intersections;
  uint32_t least_key, greatest_key;  // of the depth keys of the visible
};

// An order of Gaussians by depth and, for every tile, the Gaussians that touch it, nearest first.
struct Bins {
  const uint32_t* ids;         // Gaussian of every intersection, tile by tile
  const uint32_t* tile_start;  // tiles + 1 offsets into ids
  const uint32_t* group_slot;  // groups + 1: first gradient slot of every group
  uint32_t* strips;            // of every intersection: which of the tile's strips it touches (written by rasterize)
};

// Images are planes of height x width: four feature channels and alpha.
constexpr int kImagePlanes = 5;

// What a picture should look like. Pixels of weight 0 are unknown and take no part.
struct Target {
  const float* image;   // 3 planes
  const float* weight;  // 1 plane, 0 or 1
  const float* depth;   // 1 plane of z-depth; 0 where there is none. May be null
  int width, height;
};

// The loss, a weighted sum of means over the known pixels:
//   l1 mean |x - y| + ssim mean (1 - SSIM(x, y)) + depth mean A |D - A d| / max(D, A d) + opaque mean (1 - A)
// with x, D and A the rendered colour, depth summed by weight, and alpha; y and d the target's colour and depth. D - A d
// is the weighted sum of (z - d): zero if all that is in the pixel lies at the right depth, however much that is.
struct LossWeights {
  float l1, ssim, depth, opaque;
  float known_pixels, depth_pixels;  // numbers that the means divide by
};

// Sums over a band of rows: each term of the loss, before its weight and its division.
struct LossSums {
  double l1, ssim, depth, opaque;
};

// One step of Adam on planes of raw parameters.
struct AdamStep {
  float* planes;  // the parameters, and their first and second moments
  float* first;
  float* second;
  const float* rates;  // learning rate of every plane
  int rows;
  float beta1, beta2, epsilon;
  float correction1, correction2;  // 1 / (1 - beta^t)
  bool visible_only;               // leave Gaussians alone that the view does not see
  const float* frozen;             // 1 plane, 1 where the mean must not move; may be null
  const float* still;              // 1 plane, 1 where nothing must change; may be null
  float opacity_pull, scale_pull;  // gradient of regularisers: opacity_pull * opacity + scale_pull * sum of scales
  float log_needle;                // the largest scale is kept below e^log_needle times the middle one
  float log_scale_max;             // upper limit of every log scale
};

}  // namespace lucid3d
