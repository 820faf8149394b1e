// The training loss and its gradient by the image, in one pass over the picture.
//
// SSIM compares local means, variances and the covariance of two pictures x and y under a Gaussian window G of 11 pixels
// and sigma 1.5 (Wang et al. 2004). With u = G x, v = G y, s = G (x^2 + y^2), q = G (x y):
//
//   SSIM = A B / (C D),  A = 2 u v + c1,  B = 2 (q - u v) + c2,  C = u^2 + v^2 + c1,  D = s - u^2 - v^2 + c2
//
// so its derivatives by u, s and q, blurred once more (G is symmetric), give the gradient by x:
//
//   d/dx = G (dSSIM/du) + 2 x G (dSSIM/ds) + y G (dSSIM/dq)
//
// Unknown pixels of x are taken from y, so that they pull at nothing, and only known pixels' SSIM counts. Outside the
// picture everything is zero, as in 3D Gaussian Splatting.
//
// A band of rows is worked on from top to bottom. Row r is blurred horizontally into a ring of rows; row r - 5 then has
// all it needs for the vertical blur, for SSIM and for the first step of the second blur; row r - 10 for the second. The
// rings stay in the cache, and nothing goes to memory but the picture and its gradient.
#include "kernels_isa.h"
#include "parallel.h"
#include "simd.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr int kRadius = 5;
constexpr int kRing = 16;  // rows in a ring: at least 2 * kRadius + 1, and a power of two
constexpr float kC1 = 0.01f * 0.01f, kC2 = 0.03f * 0.03f;

// exp(-d^2 / (2 * 1.5^2)) for d = 0 .. 5, divided by the window's sum.
constexpr float kWindow[kRadius + 1] = {0.26601171f, 0.21300554f, 0.10936069f, 0.03600077f, 0.00759876f, 0.00102838f};

// Blurs a row; `in` has kRadius zeros (or more) before and after it.
void blur_row(const float* __restrict in, float* __restrict out, int width) {
  for (int x = 0; x < width; ++x) {
    out[x] = kWindow[0] * in[x] + kWindow[1] * (in[x - 1] + in[x + 1]) + kWindow[2] * (in[x - 2] + in[x + 2]) +
             kWindow[3] * (in[x - 3] + in[x + 3]) + kWindow[4] * (in[x - 4] + in[x + 4]) +
             kWindow[5] * (in[x - 5] + in[x + 5]);
  }
}

// Blurs a column of rows into the middle one's place: row y of a ring of `stride` floats a row; those outside the picture are
// `zeros`. The rows are named one by one, so that their addresses stay in registers.
void blur_column(const float* ring, size_t stride, const float* zeros, int y, int height, float* __restrict out,
                 int width) {
  const auto row = [&](int d) {
    return y + d >= 0 && y + d < height ? ring + (size_t)((y + d) & (kRing - 1)) * stride : zeros;
  };
  const float *a5 = row(-5), *a4 = row(-4), *a3 = row(-3), *a2 = row(-2), *a1 = row(-1), *middle = row(0);
  const float *b1 = row(1), *b2 = row(2), *b3 = row(3), *b4 = row(4), *b5 = row(5);
  for (int x = 0; x < width; ++x) {
    out[x] = kWindow[0] * middle[x] + kWindow[1] * (a1[x] + b1[x]) + kWindow[2] * (a2[x] + b2[x]) +
             kWindow[3] * (a3[x] + b3[x]) + kWindow[4] * (a4[x] + b4[x]) + kWindow[5] * (a5[x] + b5[x]);
  }
}

// A thread's memory, cut into rings and rows.
struct Scratch {
  size_t stride;
  float *u, *v, *s, *q;     // rings of horizontally blurred rows: first blur
  float *du, *ds, *dq;      // the same: second blur
  float* row[8];            // single rows, with zeros before and after
  const float* zeros;

  Scratch(float* memory, int width) : stride(loss_row(width)) {
    float** rings[] = {&u, &v, &s, &q, &du, &ds, &dq};
    for (float** ring : rings) {
      *ring = memory;
      memory += kRing * stride;
    }
    memset(memory, 0, sizeof(float) * 8 * stride);
    for (float*& r : row) {
      r = memory + kLossPadding;
      memory += stride;
    }
    zeros = row[7];
  }
  float* at(float* ring, int y) const { return ring + (size_t)(y & (kRing - 1)) * stride; }
  // The blurred column of a ring around row y, in single row `to`.
  const float* column(const float* ring, int y, const Target& target, int to) const {
    blur_column(ring, stride, zeros, y, target.height, row[to], target.width);
    return row[to];
  }
};

// One channel, one band.
struct Channel {
  const Target& target;
  const LossWeights& weights;
  const float *x, *y;  // the channel of the image and of the target
  float* gradient;
  const Scratch& scratch;
  double l1 = 0.0, ssim = 0.0;

  size_t offset(int row) const { return (size_t)row * target.width; }

  void blur_products(int r) const {
    float *a = scratch.row[0], *b = scratch.row[1], *squares = scratch.row[2], *product = scratch.row[3];
    const float *px = x + offset(r), *py = y + offset(r), *known = target.weight + offset(r);
    for (int i = 0; i < target.width; ++i) {
      const float vy = py[i], vx = known[i] > 0.0f ? px[i] : vy;
      a[i] = vx;
      b[i] = vy;
      squares[i] = vx * vx + vy * vy;
      product[i] = vx * vy;
    }
    blur_row(a, scratch.at(scratch.u, r), target.width);
    blur_row(b, scratch.at(scratch.v, r), target.width);
    blur_row(squares, scratch.at(scratch.s, r), target.width);
    blur_row(product, scratch.at(scratch.q, r), target.width);
  }

  // SSIM of a row and its derivatives, blurred horizontally; `counts` says whether the row is in the band.
  void compare(int r, bool counts) {
    const int width = target.width;
    const float *cu = scratch.column(scratch.u, r, target, 0), *cv = scratch.column(scratch.v, r, target, 1);
    const float *cs = scratch.column(scratch.s, r, target, 2), *cq = scratch.column(scratch.q, r, target, 3);
    float *by_u = scratch.row[4], *by_s = scratch.row[5], *by_q = scratch.row[6];
    const float* known = target.weight + offset(r);
    Floats total(0.0f);
    for (int i = 0; i < width; i += kLanes) {
      const int lanes = width - i < kLanes ? width - i : kLanes;
      const Floats u = load(cu + i), v = load(cv + i), s = load(cs + i), q = load(cq + i);
      const Floats m = load_some(known + i, lanes), uv = u * v, squares = u * u + v * v;
      const Floats A = uv * 2.0f + kC1, B = (q - uv) * 2.0f + kC2, C = squares + kC1, D = s - squares + kC2;
      const Floats inv = Floats(1.0f) / (C * D);
      const Floats value = A * B * inv;
      total += select(m > 0.0f, Floats(1.0f) - value, 0.0f);
      const Floats scale = m * inv * 2.0f;
      store_some(by_u + i, scale * (v * (B - A) + value * u * (C - D)), lanes);
      store_some(by_s + i, -(m * value * inv * C), lanes);
      store_some(by_q + i, scale * A, lanes);
    }
    if (counts) ssim += sum(total);
    blur_row(by_u, scratch.at(scratch.du, r), width);
    blur_row(by_s, scratch.at(scratch.ds, r), width);
    blur_row(by_q, scratch.at(scratch.dq, r), width);
  }

  void finish(int r) {
    const int width = target.width;
    const float *cu = scratch.column(scratch.du, r, target, 0), *cs = scratch.column(scratch.ds, r, target, 1);
    const float* cq = scratch.column(scratch.dq, r, target, 2);
    const float *px = x + offset(r), *py = y + offset(r), *known = target.weight + offset(r);
    float* out = gradient + offset(r);
    const float each = 1.0f / (3.0f * weights.known_pixels);
    Floats total(0.0f);
    for (int i = 0; i < width; i += kLanes) {
      const int lanes = width - i < kLanes ? width - i : kLanes;
      const Floats vx = load_some(px + i, lanes), vy = load_some(py + i, lanes), m = load_some(known + i, lanes);
      const Floats difference = vx - vy;
      const Floats sign = select(difference > 0.0f, 1.0f, select(difference < 0.0f, -1.0f, 0.0f));
      total += select(m > 0.0f, abs(difference), 0.0f);
      const Floats by_ssim = load(cu + i) + vx * load(cs + i) * 2.0f + vy * load(cq + i);
      const Floats g = sign * (weights.l1 * each) - by_ssim * (weights.ssim * each);
      store_some(out + i, select(m > 0.0f, g, 0.0f), lanes);
    }
    l1 += sum(total);
  }

  static double sum(const Floats& a) {
    float t[kLanes];
    store(t, a);
    double total = 0.0;
    for (float value : t) total += value;
    return total;
  }

  void run(int begin, int end) {
    const int first = begin - 2 * kRadius, last = end + 2 * kRadius;
    for (int r = first > 0 ? first : 0; r < last; ++r) {
      if (r < target.height) blur_products(r);
      const int middle = r - kRadius, done = r - 2 * kRadius;
      if (middle >= 0 && middle < target.height && middle >= begin - kRadius) {
        compare(middle, middle >= begin && middle < end);
      }
      if (done >= begin && done < end) finish(done);
    }
  }
};

// Depth and alpha of a band.
void compare_depth(const Target& target, const LossWeights& weights, const float* image, float* v_image, int begin,
                   int end, LossSums& sums) {
  const size_t plane = (size_t)target.width * target.height;
  const float by_depth = weights.depth / weights.depth_pixels, by_alpha = weights.opaque / weights.known_pixels;
  double depth_total = 0.0, opaque_total = 0.0;
  for (int r = begin; r < end; ++r) {
    const size_t row = (size_t)r * target.width;
    const float *D = image + 3 * plane + row, *A = image + 4 * plane + row, *known = target.weight + row;
    float *v_D = v_image + 3 * plane + row, *v_A = v_image + 4 * plane + row;
    float depth_sum = 0.0f, opaque_sum = 0.0f;
    for (int i = 0; i < target.width; ++i) {
      const float d = target.depth ? target.depth[row + i] : 0.0f, m = known[i];
      const bool has_depth = d > 0.0f && m > 0.0f;
      const float inv = 1.0f / (has_depth ? d : 1.0f);
      const float error = has_depth ? D[i] * inv - A[i] : 0.0f;
      const float sign = error > 0.0f ? 1.0f : (error < 0.0f ? -1.0f : 0.0f);
      depth_sum += error * sign;
      opaque_sum += m > 0.0f ? 1.0f - A[i] : 0.0f;
      v_D[i] = by_depth * sign * inv;
      v_A[i] = -by_depth * sign - (m > 0.0f ? by_alpha : 0.0f);
    }
    depth_total += depth_sum;
    opaque_total += opaque_sum;
  }
  sums.depth = depth_total;
  sums.opaque = opaque_total;
}

}  // namespace

void image_loss(const Target& target, const LossWeights& weights, const float* image, float* v_image, LossSums* sums,
                float* scratch, int threads) {
  const size_t plane = (size_t)target.width * target.height;
  const int bands = loss_bands(target.height);
  parallel_for_workers(4 * bands, threads, [&](int piece, int worker) {
    const int band = piece / 4, channel = piece % 4;
    const int begin = band * kLossBand, end = begin + kLossBand < target.height ? begin + kLossBand : target.height;
    LossSums& out = sums[piece];
    out = {0.0, 0.0, 0.0, 0.0};
    if (channel == 3) {
      compare_depth(target, weights, image, v_image, begin, end, out);
      return;
    }
    const Scratch memory(scratch + worker * loss_scratch(target.width), target.width);
    Channel work = {target, weights, image + channel * plane, target.image + channel * plane, v_image + channel * plane,
                    memory};
    work.run(begin, end);
    out.l1 = work.l1;
    out.ssim = work.ssim;
  });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
