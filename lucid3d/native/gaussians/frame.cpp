#include "frame.h"

#include <stdexcept>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lucid3d {
namespace {
constexpr int kViewGradients = 15;
constexpr size_t kMostIntersections = UINT32_MAX / 2;
constexpr size_t kCacheLine = 64, kHugePage = 2 << 20;
}  // namespace

void* allocate(size_t bytes) {
  const size_t alignment = bytes >= 2 * kHugePage ? kHugePage : kCacheLine;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded ? rounded : alignment);
  if (!memory) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (alignment == kHugePage) madvise(memory, rounded, MADV_HUGEPAGE);  // a wish: it may fail
#endif
  return memory;
}

void Frame::project(const View& view, const Parameters& parameters, int threads) {
  const Kernels& k = kernels();
  view_ = view;
  count_ = parameters.count;
  const int groups = (count_ + kGroup - 1) / kGroup;
  k.project(view, parameters, splats_.reserve(count_), ranges_.reserve(count_), keys_.reserve(count_),
            sums_.reserve(groups), threads);

  uint32_t* group_slot = group_slot_.reserve(groups + 1);
  visible_ = intersections_ = 0;
  for (int group = 0; group < groups; ++group) {
    group_slot[group] = (uint32_t)intersections_;
    visible_ += sums_.data()[group].visible;
    intersections_ += sums_.data()[group].intersections;
    if (intersections_ > kMostIntersections) {
      throw std::length_error("too many Gaussians cover too many tiles of this view: render it in parts");
    }
  }
  group_slot[groups] = (uint32_t)intersections_;
  sort(threads);
}

void Frame::sort(int threads) {
  const Kernels& k = kernels();
  const int tiles = view_.tiles_x() * view_.tiles_y();
  k.sort_by_depth(keys_.data(), ranges_.data(), sums_.data(), count_, scratch_.reserve(2 * visible_),
                  order_.reserve(visible_), threads);
  k.bin(order_.data(), (int)visible_, ranges_.data(), view_.tiles_x(), view_.tiles_y(),
        counters_.reserve((size_t)bin_chunks((int)visible_, threads) * tiles), tile_start_.reserve(tiles + 1),
        ids_.reserve(intersections_), threads);
  strips_.reserve(intersections_);
}

void Frame::set_features(const float* features, int channels, size_t stride, int threads) {
  kernels().set_features(features, channels, stride, count_, splats_.data(), threads);
}

void Frame::rasterize(const float* background, float* image, int threads) {
  stops_.reserve(view_.tiles_x() * view_.tiles_y());
  kernels().rasterize(view_, splats_.data(), bins(), background, image, stops_.data(), threads);
}

void Frame::rasterize_backward(const float* background, const float* image, const float* v_image, bool absolute,
                               int threads) {
  moments_.reserve(intersections_ * kMoments);
  kernels().rasterize_backward(view_, splats_.data(), bins(), background, image, v_image, stops_.data(), absolute,
                               moments_.data(), threads);
}

void Frame::project_backward(const Parameters& parameters, const Gradients& gradients, int threads) {
  const int groups = (count_ + kGroup - 1) / kGroup;
  float* partial = gradients.view ? partial_view_.reserve((size_t)groups * kViewGradients) : nullptr;
  kernels().project_backward(view_, parameters, ranges_.data(), bins(), moments_.data(), gradients, partial, threads);
  if (!gradients.view) return;
  for (int k = 0; k < kViewGradients; ++k) {
    double total = 0.0;
    for (int group = 0; group < groups; ++group) total += partial[group * kViewGradients + k];
    gradients.view[k] = (float)total;
  }
}

void Frame::train_step(const Parameters& parameters, const AdamStep& step, float* means2d, int threads) {
  float* scratch = gradients_.reserve((size_t)threads * step.rows * kGradientRow);
  kernels().train_step(view_, parameters, ranges_.data(), bins(), moments_.data(), step, means2d, scratch, threads);
}

size_t Frame::bytes() const {
  return splats_.bytes() + ranges_.bytes() + keys_.bytes() + order_.bytes() + counters_.bytes() +
         tile_start_.bytes() + ids_.bytes() + strips_.bytes() + group_slot_.bytes() + stops_.bytes() + scratch_.bytes() +
         sums_.bytes() + moments_.bytes() + partial_view_.bytes() + gradients_.bytes();
}

double ImageLoss::operator()(const Target& target, const LossWeights& weights, const float* image, float* v_image,
                             LossSums& terms, int threads) {
  const int pieces = 4 * loss_bands(target.height);
  kernels().image_loss(target, weights, image, v_image, sums_.reserve(pieces),
                       scratch_.reserve((size_t)threads * loss_scratch(target.width)), threads);
  terms = {0.0, 0.0, 0.0, 0.0};
  for (int piece = 0; piece < pieces; ++piece) {
    const LossSums& sums = sums_.data()[piece];
    terms.l1 += sums.l1, terms.ssim += sums.ssim, terms.depth += sums.depth, terms.opaque += sums.opaque;
  }
  terms.l1 /= 3.0 * weights.known_pixels;
  terms.ssim /= 3.0 * weights.known_pixels;
  terms.depth /= weights.depth_pixels;
  terms.opaque /= weights.known_pixels;
  return weights.l1 * terms.l1 + weights.ssim * terms.ssim + weights.depth * terms.depth +
         weights.opaque * terms.opaque;
}

}  // namespace lucid3d
