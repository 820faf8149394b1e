// A test of the Gaussian kernels without Python: for sanitizers, and for processors that are only emulated.
//
// Every instruction set that this build and processor have draws random scenes, whose gradients must agree with finite
// differences of the kernels' own loss, whose bits must not depend on the number of threads, and which must survive
// numbers of every kind. Prints what it did; exits with 1 at the first failure.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "frame.h"

using namespace lucid3d;

namespace {

constexpr int kDegree = 2, kRows = 11 + 3 * (kDegree + 1) * (kDegree + 1);

void require(bool ok, const char* what) {
  if (ok) return;
  std::printf("FAILED: %s (%s)\n", what, kernels().name);
  std::exit(1);
}

struct Scene {
  int count;
  size_t stride;
  std::vector<float> planes;

  Scene(int n, unsigned seed) : count(n), stride((n + 15) / 16 * 16 + (n == 0 ? 16 : 0)), planes(kRows * stride, 0.0f) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
    for (int i = 0; i < n; ++i) {
      const auto at = [&](int row) -> float& { return planes[row * stride + i]; };
      at(0) = 3 * uniform(random) - 1.5f, at(1) = 3 * uniform(random) - 1.5f, at(2) = 2 + 2 * uniform(random);
      for (int k = 3; k < 7; ++k) at(k) = uniform(random) - 0.5f;
      for (int k = 7; k < 10; ++k) at(k) = -3.5f + 2 * uniform(random);
      at(10) = 4 * uniform(random) - 2;
      for (int k = 11; k < kRows; ++k) at(k) = uniform(random) - 0.5f;
    }
  }
  Parameters parameters() const {
    Parameters g = {};
    g.means = planes.data(), g.quats = g.means + 3 * stride, g.scales = g.means + 7 * stride;
    g.opacities = g.means + 10 * stride, g.sh = g.means + 11 * stride;
    g.sh_degree = kDegree, g.count = count, g.stride = stride, g.raw = true;
    return g;
  }
};

View look(int width, int height) {
  View view = {};
  view.world_to_camera[0] = view.world_to_camera[5] = view.world_to_camera[10] = 1.0f;
  view.fx = view.fy = 0.8f * width + 8, view.cx = 0.5f * width, view.cy = 0.5f * height;
  view.width = width, view.height = height;
  view.near_plane = 0.01f, view.far_plane = 1e10f, view.eps2d = 0.3f;
  return view;
}

struct Result {
  std::vector<float> image, gradients;
  double loss;
};

Result run(const Scene& scene, const View& view, int threads) {
  const size_t pixels = (size_t)view.width * view.height;
  Frame frame;
  ImageLoss compare;
  Result r = {std::vector<float>(kImagePlanes * pixels), std::vector<float>(kRows * scene.stride), 0.0};
  const float background[4] = {0.1f, 0.2f, 0.3f, 0.0f};
  std::vector<float> target(3 * pixels), weight(pixels), depth(pixels), v_image(kImagePlanes * pixels);
  for (size_t i = 0; i < pixels; ++i) {
    for (int c = 0; c < 3; ++c) target[c * pixels + i] = 0.5f + 0.4f * std::sin(0.1f * i + c);
    weight[i] = i % 7 ? 1.0f : 0.0f;
    depth[i] = i % 5 ? 3.0f : 0.0f;
  }
  frame.project(view, scene.parameters(), threads);
  frame.rasterize(background, r.image.data(), threads);
  const Target wanted = {target.data(), weight.data(), depth.data(), view.width, view.height};
  const LossWeights weights = {0.8f, 0.2f, 0.1f, 0.05f, (float)pixels, (float)pixels};
  LossSums terms;
  r.loss = compare(wanted, weights, r.image.data(), v_image.data(), terms, threads);
  frame.rasterize_backward(background, r.image.data(), v_image.data(), true, threads);
  Gradients out = {};
  float* p = r.gradients.data();
  const size_t s = scene.stride;
  std::vector<float> centres(2 * s), absolute(2 * s), pose(15);
  out.means = p, out.quats = p + 3 * s, out.scales = p + 7 * s, out.opacities = p + 10 * s, out.sh = p + 11 * s;
  out.means2d = centres.data(), out.abs_means2d = absolute.data(), out.view = pose.data(), out.stride = s;
  frame.project_backward(scene.parameters(), out, threads);
  Scene moved = scene;
  std::vector<float> first(moved.planes.size()), second(moved.planes.size()), rates(kRows, 1e-3f);
  AdamStep step = {};
  step.planes = moved.planes.data(), step.first = first.data(), step.second = second.data();
  step.rates = rates.data(), step.rows = kRows, step.beta1 = 0.9f, step.beta2 = 0.999f, step.epsilon = 1e-15f;
  step.correction1 = 10.0f, step.correction2 = 1000.0f, step.log_needle = 1.0f, step.log_scale_max = 10.0f;
  frame.train_step(moved.parameters(), step, centres.data(), threads);
  return r;
}

void finite_differences() {
  const Scene scene(40, 1);
  const View view = look(48, 36);
  const Result base = run(scene, view, 1);
  int compared = 0, agree = 0;
  for (int row = 0; row < kRows; ++row) {
    for (int i = 0; i < scene.count; i += 7) {
      const float h = 4e-3f;
      Scene up = scene, down = scene;
      up.planes[row * scene.stride + i] += h;
      down.planes[row * scene.stride + i] -= h;
      const double numeric = (run(up, view, 1).loss - run(down, view, 1).loss) / (2.0 * h);
      const double analytic = base.gradients[row * scene.stride + i];
      if (std::fabs(numeric) < 1e-4) continue;  // float32 differences are noise there
      ++compared;
      if (std::fabs(numeric - analytic) < 0.1 * std::fabs(numeric) + 1e-4) ++agree;
    }
  }
  std::printf("  finite differences: %d of %d agree\n", agree, compared);
  require(compared > 40 && agree >= 0.9 * compared, "gradients agree with finite differences");
}

void threads_do_not_matter() {
  const Scene scene(5000, 2);
  const View view = look(130, 70);
  const Result one = run(scene, view, 1);
  for (int threads : {2, 3, 8}) {
    const Result other = run(scene, view, threads);
    require(one.image == other.image && one.gradients == other.gradients && one.loss == other.loss,
            "the same bits for any number of threads");
  }
}

void anything_goes() {
  const float odd[] = {0.0f,
                       -0.0f,
                       1e-45f,
                       1e38f,
                       -3e38f,
                       1e20f,
                       std::numeric_limits<float>::infinity(),
                       -std::numeric_limits<float>::infinity(),
                       std::numeric_limits<float>::quiet_NaN(),
                       1.0f};
  std::mt19937 random(3);
  for (int trial = 0; trial < 60; ++trial) {
    Scene scene((int)(random() % 70), trial);
    for (int row = 0; row < 11; ++row) {
      for (int i = 0; i < scene.count; ++i) {
        if (random() % 6 == 0) scene.planes[row * scene.stride + i] = odd[random() % 10];
      }
    }
    const View view = look(1 + random() % 50, 1 + random() % 50);
    const Result r = run(scene, view, 2);
    for (size_t i = 0; i < (size_t)view.width * view.height; ++i) {
      const float alpha = r.image[4 * (size_t)view.width * view.height + i];
      require(alpha >= 0.0f && alpha <= 1.0f, "alpha lies in [0, 1]");
    }
  }
}

}  // namespace

int main() {
  for (const std::string& name : instruction_sets()) {
    use_instruction_set(name);
    std::printf("%s\n", name.c_str());
    finite_differences();
    threads_do_not_matter();
    anything_goes();
  }
  std::printf("all good\n");
  return 0;
}
