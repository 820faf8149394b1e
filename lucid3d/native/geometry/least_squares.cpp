// Normal equations of weighted least squares, in a fixed order: the same bits whatever else the machine is doing.
#include <algorithm>
#include <vector>

#include "kernels.h"

namespace geometry {

// Rows taken together, so that every entry of the matrix is loaded once for all of them.
constexpr int64_t kRowsTogether = 4;

void normal_equations(const double* rows, const double* weights, const double* values, int64_t count, int64_t unknowns,
                      double* information, double* right) {
  std::fill(information, information + unknowns * unknowns, 0.0);
  std::fill(right, right + unknowns, 0.0);
  std::vector<double> weighted(size_t(kRowsTogether * unknowns), 0.0), plain(size_t(kRowsTogether * unknowns), 0.0);
  for (int64_t begin = 0; begin < count; begin += kRowsTogether) {
    const int64_t taken = std::min(kRowsTogether, count - begin);
    if (taken < kRowsTogether) {
      std::fill(weighted.begin(), weighted.end(), 0.0);
      std::fill(plain.begin(), plain.end(), 0.0);
    }
    for (int64_t r = 0; r < taken; ++r) {
      const double* row = rows + (begin + r) * unknowns;
      const double weight = weights[begin + r], value = values[begin + r];
      for (int64_t k = 0; k < unknowns; ++k) {
        plain[size_t(r * unknowns + k)] = row[k];
        weighted[size_t(r * unknowns + k)] = weight * row[k];
        right[k] += weight * row[k] * value;
      }
    }
    const double *p0 = plain.data(), *p1 = p0 + unknowns, *p2 = p1 + unknowns, *p3 = p2 + unknowns;
    for (int64_t a = 0; a < unknowns; ++a) {
      const double w0 = weighted[size_t(a)], w1 = weighted[size_t(unknowns + a)],
                   w2 = weighted[size_t(2 * unknowns + a)], w3 = weighted[size_t(3 * unknowns + a)];
      double* out = information + a * unknowns;
      for (int64_t b = a; b < unknowns; ++b) out[b] += w0 * p0[b] + w1 * p1[b] + w2 * p2[b] + w3 * p3[b];
    }
  }
  for (int64_t a = 0; a < unknowns; ++a)
    for (int64_t b = 0; b < a; ++b) information[a * unknowns + b] = information[b * unknowns + a];
}

}  // namespace geometry
