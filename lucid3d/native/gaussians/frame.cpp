#include "frame.h"

#include <stdexcept>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lucid3d {
namespace {
constexpr int kViewGradients = 15;
constexpr size_t kMostIntersections = UINT32_MAX / 2;
constexpr size_t kCacheLine = 64, kHugePage = 2 << 20, kManyPages = 2 * kHugePage;

constexpr size_t rounded(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

void* allocate_lines(size_t bytes) {
  void* memory = std::aligned_alloc(kCacheLine, rounded(bytes ? bytes : 1, kCacheLine));
  if (!memory) throw std::bad_alloc();
  return memory;
}
}  // namespace

#if defined(__linux__) && defined(MADV_HUGEPAGE)
// Straight from the system: what the heap hands out again keeps the small pages that it had before, whatever is wished for it.
void* allocate(size_t bytes) {
  if (bytes < kManyPages) return allocate_lines(bytes);
  const size_t size = rounded(bytes, kHugePage);
  char* mapped =
      static_cast<char*>(mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  const size_t before = rounded((size_t)mapped, kHugePage) - (size_t)mapped;
  char* memory = mapped + before;
  if (before) munmap(mapped, before);
  if (before < kHugePage) munmap(memory + size, kHugePage - before);
  madvise(memory, size, MADV_HUGEPAGE);  // a wish: it may fail
  return memory;
}

void release(void* memory, size_t bytes) {
  if (bytes < kManyPages) {
    std::free(memory);
  } else if (memory) {
    munmap(memory, rounded(bytes, kHugePage));
  }
}
#else
void* allocate(size_t bytes) { return allocate_lines(bytes); }
void release(void* memory, size_t) { std::free(memory); }
#endif

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
  return splats_.bytes() + ranges_.bytes() + keys_.bytes() + order_.bytes() + counters_.bytes() + tile_start_.bytes() +
         ids_.bytes() + strips_.bytes() + group_slot_.bytes() + stops_.bytes() + scratch_.bytes() + sums_.bytes() +
         moments_.bytes() + partial_view_.bytes() + gradients_.bytes();
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
