// A cheap first answer to "is anything near?": coarse occupied cells.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace geometry {
namespace {

constexpr int kCells = 64;         // along each axis
constexpr int kSide = kCells + 4;  // with a margin for the neighbours

struct Grid {
  float low[3], inverse[3];
  std::vector<uint8_t> occupied = std::vector<uint8_t>(size_t(kSide) * kSide * kSide, 0);

  // The cell of a point, or -1 outside.
  int64_t cell(const float* p) const {
    int64_t at = 0;
    for (int k = 0; k < 3; ++k) {
      const float position = (p[k] - low[k]) * inverse[k];
      if (!(position >= -1.f && position < float(kCells) + 2.f)) return -1;
      at = at * kSide + int64_t(position + 1.f);
    }
    return at;
  }
};

}  // namespace

void near_any(const float* points, int64_t count, const float* others, int64_t other_count, float reach, int threads,
              bool* result) {
  (void)threads;
  std::fill(result, result + count, false);
  if (other_count == 0) return;
  Grid grid;
  float high[3];
  for (int k = 0; k < 3; ++k) grid.low[k] = high[k] = others[k];
  for (int64_t i = 1; i < other_count; ++i)
    for (int k = 0; k < 3; ++k) {
      grid.low[k] = std::min(grid.low[k], others[3 * i + k]);
      high[k] = std::max(high[k], others[3 * i + k]);
    }
  for (int k = 0; k < 3; ++k) grid.inverse[k] = 1.f / std::max({(high[k] - grid.low[k]) / kCells, reach, 1e-9f});
  std::vector<uint8_t> seeds(grid.occupied.size(), 0);
  for (int64_t i = 0; i < other_count; ++i) {
    const int64_t at = grid.cell(others + 3 * i);
    if (at >= 0) seeds[size_t(at)] = 1;
  }
  // A neighbour within reach is at most one cell away.
  for (int z = 1; z < kSide - 1; ++z)
    for (int y = 1; y < kSide - 1; ++y)
      for (int x = 1; x < kSide - 1; ++x)
        if (seeds[(size_t(z) * kSide + y) * kSide + x])
          for (int dz = -1; dz <= 1; ++dz)
            for (int dy = -1; dy <= 1; ++dy)
              for (int dx = -1; dx <= 1; ++dx)
                grid.occupied[(size_t(z + dz) * kSide + (y + dy)) * kSide + (x + dx)] = 1;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = grid.cell(points + 3 * i);
    result[i] = at >= 0 && grid.occupied[size_t(at)] != 0;
  }
}

}  // namespace geometry
