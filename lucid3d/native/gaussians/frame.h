// One view of one set of Gaussians: the buffers that the kernels fill for each other, kept from call to call.
#pragma once

#include <cstdlib>
#include <new>
#include <vector>

#include "dispatch.h"
#include "types.h"

namespace lucid3d {

// Cache-aligned memory, on huge pages where the system has them: splats and moments are read and written in random
// order, and with pages of 4 kB half of that time would go into finding the pages. Give it back with its size.
void* allocate(size_t bytes);
void release(void* memory, size_t bytes);

// Memory that only grows, aligned to cache lines, its old contents not kept.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(data_, bytes()); }

  T* reserve(size_t count) {
    if (count > capacity_) {
      release(data_, bytes());
      data_ = nullptr;
      capacity_ = 0;
      const size_t wanted = count + count / 4;
      data_ = static_cast<T*>(allocate(wanted * sizeof(T)));
      capacity_ = wanted;
    }
    return data_;
  }
  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t bytes() const { return capacity_ * sizeof(T); }

 private:
  T* data_ = nullptr;
  size_t capacity_ = 0;
};

class Frame {
 public:
  // Projects, sorts and bins. Pointers in `parameters` are only read during the call.
  void project(const View& view, const Parameters& parameters, int threads);

  // The second half of `project`: order by depth, and distribution over tiles.
  void sort(int threads);

  // Replaces the splats' features (see Kernels::set_features).
  void set_features(const float* features, int channels, size_t stride, int threads);

  // image: kImagePlanes planes of the view's size; background: 4 values.
  void rasterize(const float* background, float* image, int threads);

  // After rasterize with the same background and image; leaves moments for project_backward.
  void rasterize_backward(const float* background, const float* image, const float* v_image, bool absolute,
                          int threads);

  // Parameters as given to project.
  void project_backward(const Parameters& parameters, const Gradients& gradients, int threads);

  // project_backward and a step of Adam in one; means2d: 2 planes, or null.
  void train_step(const Parameters& parameters, const AdamStep& step, float* means2d, int threads);

  const View& view() const { return view_; }
  const Splat* splats() const { return splats_.data(); }
  const TileRange* ranges() const { return ranges_.data(); }
  const float* moments() const { return moments_.data(); }
  int count() const { return count_; }
  int visible() const { return (int)visible_; }
  size_t intersections() const { return intersections_; }
  size_t bytes() const;
  Bins bins() { return {ids_.data(), tile_start_.data(), group_slot_.data(), strips_.data()}; }

 private:
  View view_ = {};
  int count_ = 0;
  size_t visible_ = 0, intersections_ = 0;
  Buffer<Splat> splats_;
  Buffer<TileRange> ranges_;
  Buffer<uint32_t> keys_, order_, counters_, tile_start_, ids_, group_slot_, stops_;
  Buffer<uint32_t> strips_;
  Buffer<uint64_t> scratch_;
  Buffer<GroupSums> sums_;
  Buffer<float> moments_, partial_view_, gradients_;
};

// The loss of a picture, with the memory that it needs.
class ImageLoss {
 public:
  // Returns the loss; sums gets its terms before weighting (divided by their numbers of pixels).
  double operator()(const Target& target, const LossWeights& weights, const float* image, float* v_image,
                    LossSums& terms, int threads);

 private:
  Buffer<float> scratch_;
  Buffer<LossSums> sums_;
};

}  // namespace lucid3d
