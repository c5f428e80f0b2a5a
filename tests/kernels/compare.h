// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/kernels/dispatch.h"
#include "core/kernels/parallel.h"

namespace kernel_test {

using std::int64_t;
namespace kernels = yhat::kernels;

/// A small generator of test data: the same on every platform.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 2 + 1) {}
  int64_t below(int64_t n) { return static_cast<int64_t>(next() >> 33) % n; }
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }

  template <class T>
  std::vector<T> reals(int64_t n) {
    std::vector<T> v(static_cast<std::size_t>(n));
    for (T& x : v) x = static_cast<T>(static_cast<double>(below(2000001) - 1000000) * 1e-6);
    return v;
  }
  template <class T>
  std::vector<T> integers(int64_t n) {
    std::vector<T> v(static_cast<std::size_t>(n));
    for (T& x : v) x = static_cast<T>(between(-5, 5));
    return v;
  }

 private:
  std::uint64_t next() { return state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL; }
  std::uint64_t state_;
};

inline std::vector<double> to_double(const std::vector<float>& v) { return {v.begin(), v.end()}; }
inline std::vector<double> to_double(const std::vector<double>& v) { return v; }

/// The largest difference, relative to the largest magnitude expected; infinity if only one of them is NaN or the sizes
/// differ.
template <class T>
double distance(const std::vector<T>& got, const std::vector<double>& expected) {
  if (got.size() != expected.size()) return INFINITY;
  double worst = 0, largest = 1e-30;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double a = static_cast<double>(got[i]), b = expected[i];
    if (std::isnan(a) != std::isnan(b)) return INFINITY;
    if (std::isnan(a) || a == b) continue;
    worst = std::fmax(worst, std::fabs(a - b));
  }
  for (double b : expected) largest = std::fmax(largest, std::fabs(b));
  return worst / largest;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <class T>
constexpr double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;

/// Runs f once for each instruction set of this machine; restores the one in use and the number of threads.
template <class F>
void for_each_isa(F f) {
  const kernels::Isa before = kernels::isa();
  const int threads = yhat::num_threads();
  for (kernels::Isa isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512}) {
    if (!kernels::isa_available(isa)) continue;
    kernels::set_isa(isa);
    CAPTURE(kernels::isa_name(isa));
    f();
    yhat::set_num_threads(threads);
  }
  kernels::set_isa(before);
}

/// True if f() returns the same bits with 1, 2, 3 and 4 threads.
template <class F>
bool same_bits_for_all_threads(F f) {
  const int before = yhat::num_threads();
  yhat::set_num_threads(1);
  const auto expected = f();
  bool same = true;
  for (int threads : {2, 3, 4}) {
    yhat::set_num_threads(threads);
    same = same && same_bits(f(), expected);
  }
  yhat::set_num_threads(before);
  return same;
}

}  // namespace kernel_test
