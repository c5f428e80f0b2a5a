// SPDX-License-Identifier: MIT
// The speed of each kernel beside what the processor can do: bench_kernels [filter]
// YHAT_ISA and OMP_NUM_THREADS choose the instruction set and the number of threads.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include "core/kernels/dispatch.h"
#include "core/kernels/parallel.h"

namespace {

using std::int64_t;
namespace kernels = yhat::kernels;
using Buffer = std::vector<float>;

std::string filter;

Buffer noise(int64_t n) {
  Buffer v(static_cast<std::size_t>(n));
  std::uint32_t state = 12345;
  for (float& x : v) x = static_cast<float>((state = state * 1664525 + 1013904223) >> 8) * 0x1p-23F - 1.0F;
  return v;
}

/// The time; with one thread the time that this program had a processor, so that others disturb less.
double now() {
  if (yhat::num_threads() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Median seconds of one call.
template <class F>
double seconds(F f) {
  const auto time = [&](int calls) {
    const double start = now();
    for (int i = 0; i < calls; ++i) f();
    return std::max(1e-6, now() - start) / calls;
  };
  const double first = std::min(time(1), time(1));
  const int calls = static_cast<int>(std::clamp(0.02 / first, 1.0, 10000.0));
  std::vector<double> runs;
  for (int i = 0; i < 7; ++i) runs.push_back(time(calls));
  std::sort(runs.begin(), runs.end());
  return runs[runs.size() / 2];
}

template <class F>
void report(const std::string& name, double gflop, double gbyte, F f) {
  if (!filter.empty() && name.find(filter) == std::string::npos) return;
  const double s = seconds(f);
  fmt::print("{:<34}{:>10.3f} ms", name, s * 1e3);
  if (gflop > 0) fmt::print("{:>9.1f} GFLOP/s", gflop / s);
  if (gbyte > 0) fmt::print("{:>9.1f} GB/s", gbyte / s);
  fmt::print("\n");
}

void bench_peak() {
  const double flop = kernels::table<float>().peak(100000);
  report("peak: multiply-adds on registers, t1", flop * 1e-9, 0, [&] { kernels::table<float>().peak(100000); });
}

void bench_gemm() {
  for (int64_t n : {512, 1024, 2048}) {
    const Buffer a = noise(n * n), b = noise(n * n);
    Buffer c(a.size());
    for (int flags : {0, 2, 1}) {
      const char* names[] = {"NN", "TN", "NT"};
      report(fmt::format("gemm {} {}", names[flags], n), 2e-9 * static_cast<double>(n * n * n), 0,
             [&] { kernels::gemm(flags & 1, flags & 2, n, n, n, a.data(), b.data(), c.data()); });
    }
  }
  struct Fc {
    const char* name;
    int64_t batch, in, out;
  };
  for (const Fc& l : {Fc{"mlp1", 64, 784, 128}, Fc{"mlp2", 64, 128, 10}, Fc{"lenet fc1", 64, 400, 120},
                      Fc{"lenet fc2", 64, 120, 84}, Fc{"lenet fc3", 64, 84, 10}, Fc{"fc 9216-4096 b16", 16, 9216, 4096},
                      Fc{"fc 9216-4096 b1", 1, 9216, 4096}, Fc{"fc 9216-4096 b64", 64, 9216, 4096}}) {
    const Buffer x = noise(l.batch * l.in), w = noise(l.out * l.in), g = noise(l.batch * l.out);
    Buffer y(g.size()), gx(x.size()), gw(w.size());
    const double gflop = 2e-9 * static_cast<double>(l.batch * l.in * l.out),
                 gbyte = 4e-9 * static_cast<double>(w.size());
    report(fmt::format("{} forward", l.name), gflop, gbyte,
           [&] { kernels::gemm(false, true, l.batch, l.out, l.in, x.data(), w.data(), y.data()); });
    report(fmt::format("{} dX", l.name), gflop, gbyte,
           [&] { kernels::gemm(false, false, l.batch, l.in, l.out, g.data(), w.data(), gx.data()); });
    report(fmt::format("{} dW", l.name), gflop, gbyte,
           [&] { kernels::gemm(true, false, l.out, l.in, l.batch, g.data(), x.data(), gw.data()); });
  }
}

struct Layer {
  const char* name;
  int64_t n, c, h, o, k, stride, pad, groups;
};

void bench_conv() {
  const Layer layers[] = {
      {"lenet conv1 b64", 64, 1, 28, 6, 5, 1, 2, 1},       {"lenet conv2 b64", 64, 6, 14, 16, 5, 1, 0, 1},
      {"alexnet conv1 b16", 16, 3, 227, 96, 11, 4, 0, 1},  {"alexnet conv2 b16", 16, 96, 27, 256, 5, 1, 2, 2},
      {"alexnet conv3 b16", 16, 256, 13, 384, 3, 1, 1, 1}, {"alexnet conv5 b16", 16, 384, 13, 256, 3, 1, 1, 2},
      {"vgg conv1_1 b1", 1, 3, 224, 64, 3, 1, 1, 1},       {"vgg conv1_2 b1", 1, 64, 224, 64, 3, 1, 1, 1},
      {"vgg conv2_2 b1", 1, 128, 112, 128, 3, 1, 1, 1},    {"vgg conv3_2 b1", 1, 256, 56, 256, 3, 1, 1, 1},
      {"vgg conv4_2 b1", 1, 512, 28, 512, 3, 1, 1, 1},     {"vgg conv5_2 b1", 1, 512, 14, 512, 3, 1, 1, 1},
      {"vgg conv5_2 b4", 4, 512, 14, 512, 3, 1, 1, 1},     {"resnet 3x3 stride 2 b4", 4, 128, 56, 128, 3, 2, 1, 1},
      {"resnet 1x1 b4", 4, 256, 28, 128, 1, 1, 0, 1},      {"depthwise 3x3 b4", 4, 128, 28, 128, 3, 1, 1, 128},
  };
  for (const Layer& l : layers) {
    const int64_t out = (l.h + 2 * l.pad - l.k) / l.stride + 1;
    const kernels::Conv2dGeometry geo{.n = l.n,
                                      .c = l.c,
                                      .h = l.h,
                                      .w = l.h,
                                      .o = l.o,
                                      .kh = l.k,
                                      .kw = l.k,
                                      .oh = out,
                                      .ow = out,
                                      .stride_h = l.stride,
                                      .stride_w = l.stride,
                                      .pad_h = l.pad,
                                      .pad_w = l.pad,
                                      .groups = l.groups};
    const Buffer x = noise(l.n * l.c * l.h * l.h), w = noise(l.o * (l.c / l.groups) * l.k * l.k), bias = noise(l.o);
    Buffer y = noise(l.n * l.o * out * out), gx(x.size()), gw(w.size());
    const double gflop =
        2e-9 * static_cast<double>(y.size()) * static_cast<double>(w.size()) / static_cast<double>(l.o);
    report(fmt::format("{} forward", l.name), gflop, 0,
           [&] { kernels::conv2d(geo, x.data(), w.data(), bias.data(), y.data()); });
    report(fmt::format("{} dX", l.name), gflop, 0,
           [&] { kernels::conv2d_input_grad(geo, y.data(), w.data(), gx.data()); });
    report(fmt::format("{} dW", l.name), gflop, 0,
           [&] { kernels::conv2d_weight_grad(geo, y.data(), x.data(), gw.data()); });
  }
}

void bench_pool() {
  const Layer layers[] = {{"lenet pool1 b64", 64, 6, 28, 0, 2, 2, 0, 1},
                          {"lenet pool2 b64", 64, 16, 10, 0, 2, 2, 0, 1},
                          {"alexnet pool1 b16", 16, 96, 55, 0, 3, 2, 0, 1},
                          {"vgg pool1 b4", 4, 64, 224, 0, 2, 2, 0, 1}};
  for (const Layer& l : layers) {
    const int64_t out = (l.h - l.k) / l.stride + 1;
    const kernels::Pool2dGeometry geo{.n = l.n,
                                      .c = l.c,
                                      .h = l.h,
                                      .w = l.h,
                                      .kh = l.k,
                                      .kw = l.k,
                                      .oh = out,
                                      .ow = out,
                                      .stride_h = l.stride,
                                      .stride_w = l.stride};
    const Buffer x = noise(l.n * l.c * l.h * l.h);
    Buffer y(static_cast<std::size_t>(l.n * l.c * out * out)), gx(x.size());
    std::vector<int64_t> winner(y.size());
    const double gbyte = 1e-9 * static_cast<double>(4 * x.size() + 12 * y.size());
    report(fmt::format("max {} forward", l.name), 0, gbyte,
           [&] { kernels::max_pool2d(geo, x.data(), y.data(), winner.data()); });
    report(fmt::format("max {} grad", l.name), 0, gbyte,
           [&] { kernels::max_pool2d_grad(geo, y.data(), winner.data(), gx.data()); });
    report(fmt::format("avg {} forward", l.name), 0, 0, [&] { kernels::avg_pool2d(geo, x.data(), y.data()); });
    report(fmt::format("avg {} grad", l.name), 0, 0, [&] { kernels::avg_pool2d_grad(geo, y.data(), gx.data()); });
  }
}

void bench_rest() {
  const kernels::LrnGeometry lrn{16, 96, 55 * 55, 5, 1e-4, 0.75, 2};
  const Buffer x = noise(lrn.n * lrn.c * lrn.hw), g = noise(lrn.n * lrn.c * lrn.hw);
  Buffer y(x.size()), scale(x.size()), gx(x.size());
  report("lrn alexnet 1 b16 forward", 0, 12e-9 * static_cast<double>(x.size()),
         [&] { kernels::local_response_norm(lrn, x.data(), y.data(), scale.data()); });
  report("lrn alexnet 1 b16 grad", 0, 16e-9 * static_cast<double>(x.size()),
         [&] { kernels::local_response_norm_grad(lrn, g.data(), x.data(), scale.data(), gx.data()); });
  report("softmax rows 64 x 10", 0, 0, [&] { kernels::softmax_rows<float>(64, 10, x.data(), y.data()); });
  report("softmax rows 128 x 1000", 0, 0, [&] { kernels::softmax_rows<float>(128, 1000, x.data(), y.data()); });
  report("log_softmax rows 128 x 1000", 0, 0, [&] { kernels::log_softmax_rows<float>(128, 1000, x.data(), y.data()); });
  float total = 0;
  report("sum of 4 M", 0, 4e-9 * 4e6, [&] { total += kernels::sum<float>(4000000, x.data()); });
  report("sum_axis 64 x 128 over rows", 0, 0, [&] { kernels::sum_axis<float>(1, 64, 128, x.data(), y.data()); });
  report("sum_axis bias of 16x96x3025 (rows)", 0, 4e-9 * static_cast<double>(x.size()),
         [&] { kernels::sum_axis<float>(16 * 96, 3025, 1, x.data(), y.data()); });
  if (total == 42) fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) filter = argv[1];
  fmt::print("{} threads, {}\n", yhat::num_threads(), kernels::isa_name(kernels::isa()));
  bench_peak();
  bench_gemm();
  bench_conv();
  bench_pool();
  bench_rest();
}
