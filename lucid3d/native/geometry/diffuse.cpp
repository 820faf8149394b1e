// A correction that is known in part of the picture, continued along surfaces and not across depth edges.
//
// On a coarse grid e minimises  sum known w (e - r)^2 + sum links (e_p - e_q)^2 + decay sum e^2 : a screened membrane whose
// links are cut where the depth map jumps. Successive over-relaxation in a fixed order; then every pixel takes the mean of
// the coarse nodes around it that lie on its own surface.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace geometry {
namespace {

// Two pixels side by side whose log-depth differs by more belong to two surfaces (and sky to none).
constexpr float kJump = 0.05f;
// A node speaks for a pixel whose log-depth differs by no more than this: slanted surfaces change over a coarse cell.
constexpr float kSameSurface = 0.1f;
// Residuals further from the membrane than this are another surface's, and lose their say.
constexpr float kDoubt = 0.02f;
// How much stiffer data is than the membrane.
constexpr float kDataWeight = 4.f;
constexpr int kRounds = 3, kSweeps = 60;
constexpr float kOverRelaxation = 1.85f;

}  // namespace

void continue_along_surfaces(const float* log_depth, const float* residual, const bool* known, int width, int height,
                             int stride, float decay, float* out) {
  const int columns = (width + stride - 1) / stride, rows = (height + stride - 1) / stride;
  const auto centre = [&](int k, int size) { return std::min(k * stride + stride / 2, size - 1); };
  const auto at = [&](int x, int y) { return size_t(y) * width + x; };
  const auto joined = [&](size_t p, size_t q) { return std::fabs(log_depth[p] - log_depth[q]) <= kJump; };  // NaN: no
  const size_t nodes = size_t(columns) * rows;
  std::vector<float> value(nodes, 0.f), data(nodes, 0.f), trust(nodes, 0.f), weight(nodes, 0.f);
  std::vector<float> right(nodes, 0.f), down(nodes, 0.f);  // 1 where linked
  std::vector<float> block;
  for (int j = 0; j < rows; ++j)
    for (int i = 0; i < columns; ++i) {
      const size_t node = size_t(j) * columns + i;
      const int cx = centre(i, width), cy = centre(j, height);
      const float here = log_depth[at(cx, cy)];
      if (i + 1 < columns) {
        bool linked = true;
        for (int x = cx; x < centre(i + 1, width) && linked; ++x) linked = joined(at(x, cy), at(x + 1, cy));
        right[node] = linked ? 1.f : 0.f;
      }
      if (j + 1 < rows) {
        bool linked = true;
        for (int y = cy; y < centre(j + 1, height) && linked; ++y) linked = joined(at(cx, y), at(cx, y + 1));
        down[node] = linked ? 1.f : 0.f;
      }
      block.clear();
      for (int y = j * stride; y < std::min(height, (j + 1) * stride); ++y)
        for (int x = i * stride; x < std::min(width, (i + 1) * stride); ++x)
          if (known[at(x, y)] && std::fabs(log_depth[at(x, y)] - here) <= kSameSurface)
            block.push_back(residual[at(x, y)]);
      if (int(block.size()) * 2 < stride) continue;
      std::nth_element(block.begin(), block.begin() + std::ptrdiff_t(block.size() / 2), block.end());
      data[node] = block[block.size() / 2];
      trust[node] = kDataWeight * float(block.size()) / float(stride * stride);
      value[node] = data[node];
    }
  for (int round = 0; round < kRounds; ++round) {
    for (size_t k = 0; k < nodes; ++k) {
      const float off = (value[k] - data[k]) / kDoubt;
      weight[k] = round == 0 ? trust[k] : trust[k] / (1.f + off * off);
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep)
      for (int j = 0; j < rows; ++j)
        for (int i = 0; i < columns; ++i) {
          const size_t k = size_t(j) * columns + i;
          float sum = weight[k] * data[k], links = weight[k] + decay;
          const auto pull = [&](float link, size_t other) {
            sum += link * value[other];
            links += link;
          };
          if (i > 0) pull(right[k - 1], k - 1);
          if (i + 1 < columns) pull(right[k], k + 1);
          if (j > 0) pull(down[k - size_t(columns)], k - size_t(columns));
          if (j + 1 < rows) pull(down[k], k + size_t(columns));
          value[k] += kOverRelaxation * (sum / links - value[k]);
        }
  }
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const float fx = (float(x) - float(stride / 2)) / float(stride),
                  fy = (float(y) - float(stride / 2)) / float(stride);
      const int i0 = int(std::floor(fx)), j0 = int(std::floor(fy));
      const float here = log_depth[at(x, y)];
      float sum = 0.f, weights = 0.f, closest = kSameSurface, fallback = 0.f;
      for (int dj = 0; dj < 2; ++dj)
        for (int di = 0; di < 2; ++di) {
          const int i = std::clamp(i0 + di, 0, columns - 1), j = std::clamp(j0 + dj, 0, rows - 1);
          const float apart = std::fabs(log_depth[at(centre(i, width), centre(j, height))] - here);
          if (!(apart <= kSameSurface)) continue;
          const float wx = 1.f - std::fabs(fx - float(i0 + di)), wy = 1.f - std::fabs(fy - float(j0 + dj));
          const float e = value[size_t(j) * columns + i];
          sum += wx * wy * e;
          weights += wx * wy;
          if (apart <= closest) closest = apart, fallback = e;
        }
      out[at(x, y)] = weights > 1e-3f ? sum / weights : fallback;
    }
}

}  // namespace geometry
