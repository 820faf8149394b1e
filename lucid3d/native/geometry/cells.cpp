// One point a cell: what a cloud is thinned to. Points are sorted into parts by their cells' keys, so that a part's table
// stays in the cache, and parts are independent of each other.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace geometry {
namespace {

// Shells of constant cell size are this part of an octave of distance thick, so that cells line up within a shell.
constexpr double kShells = 8.0;
constexpr int kParts = 64;
constexpr double kNearest = 1e-6;  // metres: points at an eye count as that far from it
constexpr int32_t kNone = -1;

uint64_t mixed(uint64_t key, int64_t value) {
  key = (key ^ uint64_t(value)) * 0x9E3779B97F4A7C15ull;
  return key ^ (key >> 29);
}

double shell_of(float distance, double near) {
  return std::floor(kShells * std::log2(std::max(double(distance), kNearest) / near));
}

double widened(double shell, double far_enough) {
  const double middle = std::exp2((shell + 0.5) / kShells);
  return middle * std::sqrt(std::min(middle, far_enough));
}

int part_of(uint64_t key) { return int(key >> 58); }
static_assert(kParts == 1 << 6, "a part is the six highest bits of a key");

}  // namespace

void nearest_distances(const float* points, int64_t count, const float* eyes, int64_t eye_count, int threads,
                       float* result) {
  (void)threads;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t i = 0; i < count; ++i) {
    const float x = points[3 * i], y = points[3 * i + 1], z = points[3 * i + 2];
    float least = INFINITY;
    for (int64_t e = 0; e < eye_count; ++e) {
      const float dx = x - eyes[3 * e], dy = y - eyes[3 * e + 1], dz = z - eyes[3 * e + 2];
      least = std::min(least, dx * dx + dy * dy + dz * dz);
    }
    result[i] = std::sqrt(least);
  }
}

void cell_sizes(const float* distances, int64_t count, double near, double far_enough, double* result) {
  for (int64_t i = 0; i < count; ++i) result[i] = near * widened(shell_of(distances[i], near), far_enough);
}

int64_t one_a_cell(const float* points, const float* distances, const float* confidences, int64_t count, double near,
                   double size, double far_enough, int threads, int32_t* keeper) {
  (void)threads;
  std::vector<uint64_t> keys(static_cast<size_t>(count));
  const int workers = std::max(threads, 1);
  std::vector<int64_t> counts(size_t(workers) * kParts, 0);
#pragma omp parallel for schedule(static, 1) num_threads(threads)
  for (int worker = 0; worker < workers; ++worker)
    for (int64_t i = count * worker / workers; i < count * (worker + 1) / workers; ++i) {
      const double shell = shell_of(distances[i], near), cell = near * size * widened(shell, far_enough);
      uint64_t key = mixed(0, int64_t(shell));
      for (int axis = 0; axis < 3; ++axis) key = mixed(key, int64_t(std::floor(points[3 * i + axis] / cell)));
      keys[size_t(i)] = key;
      ++counts[size_t(worker) * kParts + size_t(part_of(key))];
    }
  // Where each worker's points of each part begin, so that a part lists its points in their order.
  std::vector<int64_t> begins(kParts + 1, 0), at(counts.size());
  int64_t before = 0;
  for (int part = 0; part < kParts; ++part) {
    begins[size_t(part)] = before;
    for (int worker = 0; worker < workers; ++worker) {
      at[size_t(worker) * kParts + size_t(part)] = before;
      before += counts[size_t(worker) * kParts + size_t(part)];
    }
  }
  begins[kParts] = before;
  std::vector<int32_t> listed(static_cast<size_t>(count));
#pragma omp parallel for schedule(static, 1) num_threads(threads)
  for (int worker = 0; worker < workers; ++worker)
    for (int64_t i = count * worker / workers; i < count * (worker + 1) / workers; ++i)
      listed[size_t(at[size_t(worker) * kParts + size_t(part_of(keys[size_t(i)]))]++)] = int32_t(i);
  int64_t cells = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) reduction(+ : cells)
  for (int part = 0; part < kParts; ++part) {
    const int64_t begin = begins[size_t(part)], end = begins[size_t(part) + 1];
    size_t slots = 16;
    while (slots < size_t(end - begin) * 2) slots *= 2;
    std::vector<int32_t> table(slots, kNone);  // the point that a cell keeps, so far
    const auto slot_of = [&](uint64_t key) {
      size_t slot = size_t(key) & (slots - 1);
      while (table[slot] != kNone && keys[size_t(table[slot])] != key) slot = (slot + 1) & (slots - 1);
      return slot;
    };
    for (int64_t k = begin; k < end; ++k) {
      const int32_t i = listed[size_t(k)];
      int32_t& kept = table[slot_of(keys[size_t(i)])];
      if (kept == kNone) ++cells;
      if (kept == kNone || confidences[i] > confidences[kept]) kept = i;
    }
    for (int64_t k = begin; k < end; ++k) keeper[listed[size_t(k)]] = table[slot_of(keys[size_t(listed[size_t(k)])])];
  }
  return cells;
}

}  // namespace geometry
