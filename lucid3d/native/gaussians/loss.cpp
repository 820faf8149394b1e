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
// A band of rows is worked on from top to bottom, two rows at a time. Rows r and r + 1 are blurred horizontally into a ring of
// rows; r - 6 and r - 5 then have all they need for the vertical blur, for SSIM and for the first step of the second blur;
// r - 12 and r - 11 for the second. The rings stay in the cache, and nothing goes to memory but the picture and its gradient.
#include "kernels_isa.h"
#include "parallel.h"
#include "simd.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr int kRadius = 5;
constexpr int kLag = 6;    // rows between one blur and the next: more than kRadius, and even
constexpr int kRing = 16;  // rows in a ring: at least 2 * kLag + 2, and a power of two
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

// Blurs columns of rows around rows y and y + 1 of a ring of `stride` floats a row, into a row each; those outside the picture
// are `zeros`. Two at a time read each row once for both. Whole vectors: what lies beyond `width` is anything.
void blur_columns(const float* ring, size_t stride, const float* zeros, int y, int height, float* out, float* next_out,
                  int width) {
  const float* rows[2 * kRadius + 2];
  for (int k = 0; k < 2 * kRadius + 2; ++k) {
    const int row = y - kRadius + k;
    rows[k] = row >= 0 && row < height ? ring + (size_t)(row & (kRing - 1)) * stride : zeros;
  }
  for (int x = 0; x < width; x += kLanes) {
    Floats above = load(rows[kRadius] + x), below = load(rows[kRadius + 1] + x);  // between the rows' outer neighbours
    Floats sum = above * kWindow[0], next_sum = below * kWindow[0];
    for (int d = 1; d <= kRadius; ++d) {
      const Floats higher = load(rows[kRadius - d] + x), lower = load(rows[kRadius + 1 + d] + x);
      sum += (higher + below) * kWindow[d];
      next_sum += (above + lower) * kWindow[d];
      above = higher, below = lower;
    }
    store(out + x, sum);
    store(next_out + x, next_sum);
  }
}

// A thread's memory, cut into rings and rows.
struct Scratch {
  size_t stride;
  float *u, *v, *s, *q;  // rings of horizontally blurred rows: first blur
  float *du, *ds, *dq;   // the same: second blur
  float* row[4];         // single rows, with zeros before and after
  float* slope[3];       // the same
  float* column[2][4];   // single rows
  const float* zeros;

  Scratch(float* memory, int width) : stride(loss_row(width)) {
    float** rings[] = {&u, &v, &s, &q, &du, &ds, &dq};
    for (float** ring : rings) {
      *ring = memory;
      memory += kRing * stride;
    }
    memset(memory, 0, sizeof(float) * 8 * stride);
    const auto next = [&] {
      memory += stride;
      return memory - stride + kLossPadding;
    };
    for (float*& r : row) r = next();
    for (float*& r : slope) r = next();
    zeros = next();
    for (auto& rows : column) {
      for (float*& r : rows) r = next();
    }
  }
  float* at(float* ring, int y) const { return ring + (size_t)(y & (kRing - 1)) * stride; }
  // Blurs a ring's columns around rows y and y + 1 into single rows `to`.
  void blur(const float* ring, int y, const Target& target, int to) const {
    blur_columns(ring, stride, zeros, y, target.height, column[0][to], column[1][to], target.width);
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

  // SSIM of a row, from its blurred columns, and its derivatives, blurred horizontally; `counts` says whether the row is in the
  // band.
  void compare(int r, float* const* columns, bool counts) {
    const int width = target.width;
    const float *cu = columns[0], *cv = columns[1], *cs = columns[2], *cq = columns[3];
    float *by_u = scratch.slope[0], *by_s = scratch.slope[1], *by_q = scratch.slope[2];
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

  void finish(int r, float* const* columns) {
    const int width = target.width;
    const float *cu = columns[0], *cs = columns[1], *cq = columns[2];
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
    const int height = target.height, first = begin - 2 * kLag;
    for (int r = first > 0 ? first : 0; r < end + 2 * kLag; r += 2) {
      for (int k = 0; k < 2; ++k) {
        if (r + k < height) blur_products(r + k);
      }
      const int middle = r - kLag, done = r - 2 * kLag;
      if (middle >= 0 && middle < height && middle >= begin - kLag) {
        scratch.blur(scratch.u, middle, target, 0), scratch.blur(scratch.v, middle, target, 1);
        scratch.blur(scratch.s, middle, target, 2), scratch.blur(scratch.q, middle, target, 3);
        for (int k = 0; k < 2 && middle + k < height; ++k) {
          compare(middle + k, scratch.column[k], middle + k >= begin && middle + k < end);
        }
      }
      if (done >= begin && done < end) {
        scratch.blur(scratch.du, done, target, 0), scratch.blur(scratch.ds, done, target, 1);
        scratch.blur(scratch.dq, done, target, 2);
        for (int k = 0; k < 2 && done + k < end; ++k) finish(done + k, scratch.column[k]);
      }
    }
  }
};

// Depth and alpha of a band. How much nearer the expected depth is than the target ends at 1, so how much farther it is must
// end too: a thousandth of the sky shining through a wall makes its depth that of another wall, and Gaussians at edges grew
// over the sky until nothing shone through.
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
      const float a = A[i], nearer = error < 0.0f ? -error : 0.0f, farther = error > 0.0f ? error : 0.0f;
      // farther is f a / (f + a): it ends at a, and its slope falls
      const float part = farther > 0.0f ? 1.0f / (farther + a) : 0.0f, kept = a * part, lost = farther * part;
      const float slope = kept * kept - (nearer > 0.0f ? 1.0f : 0.0f);
      depth_sum += nearer + farther * kept;
      opaque_sum += m > 0.0f ? 1.0f - a : 0.0f;
      v_D[i] = by_depth * slope * inv;
      v_A[i] = by_depth * (lost * lost - slope) - (m > 0.0f ? by_alpha : 0.0f);
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
