// SPDX-License-Identifier: MIT
#include "core/kernels/gemm.h"

#include "compare.h"

using namespace kernel_test;

namespace {

template <class T>
std::vector<T> product(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const std::vector<T>& a,
                       const std::vector<T>& b, std::vector<T> c, bool accumulate) {
  kernels::gemm(ta, tb, m, n, k, a.data(), b.data(), c.data(), accumulate);
  return c;
}

template <class T>
void check_against_reference(int64_t m, int64_t n, int64_t k, Noise& noise) {
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  for (int flags = 0; flags < 8; ++flags) {
    const bool ta = flags & 1, tb = flags & 2, accumulate = flags & 4;
    CAPTURE(ta);
    CAPTURE(tb);
    CAPTURE(accumulate);
    for (bool exact : {false, true}) {
      const std::vector<T> a = exact ? noise.integers<T>(m * k) : noise.reals<T>(m * k);
      const std::vector<T> b = exact ? noise.integers<T>(k * n) : noise.reals<T>(k * n);
      const std::vector<T> c = exact ? noise.integers<T>(m * n) : noise.reals<T>(m * n);
      std::vector<double> expected = to_double(c);
      kernels::reference::gemm(ta, tb, m, n, k, to_double(a).data(), to_double(b).data(), expected.data(), accumulate);
      const double error = distance(product(ta, tb, m, n, k, a, b, c, accumulate), expected);
      CHECK(error <= (exact ? 0 : tolerance<T>));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("fast gemm equals the reference at sizes around the tile", T, float, double) {
  for_each_isa([] {
    Noise noise(1);
    for (int64_t m : {0, 1, 2, 5, 6, 7, 13, 14, 15, 29}) {
      for (int64_t n : {0, 1, 3, 8, 15, 16, 17, 31, 33}) {
        for (int64_t k : {0, 1, 2, 9}) check_against_reference<T>(m, n, k, noise);
      }
    }
  });
}

TEST_CASE_TEMPLATE("fast gemm equals the reference at sizes around its blocks", T, float, double) {
  for_each_isa([] {
    Noise noise(2);
    const int64_t sizes[][3] = {{1, 300, 300},  {300, 1, 300}, {300, 300, 1}, {64, 128, 784},   {10, 64, 84},
                                {97, 101, 513}, {200, 40, 70}, {32, 600, 90}, {33, 4100, 3},    {2100, 17, 5},
                                {16, 65, 260},  {3, 500, 255}, {128, 64, 33}, {10, 1030, 1030}, {1, 1100, 1200}};
    for (const auto& s : sizes) check_against_reference<T>(s[0], s[1], s[2], noise);
  });
}

TEST_CASE("gemm without inner size gives zeros or leaves the sum alone") {
  std::vector<float> c(6, 7.0F);
  kernels::gemm<float>(false, false, 2, 3, 0, nullptr, nullptr, c.data(), true);
  CHECK(c == std::vector<float>(6, 7.0F));
  kernels::gemm<float>(false, false, 2, 3, 0, nullptr, nullptr, c.data(), false);
  CHECK(c == std::vector<float>(6, 0.0F));
}

TEST_CASE_TEMPLATE("gemm gives the same bits for any number of threads", T, float, double) {
  for_each_isa([] {
    Noise noise(3);
    const int64_t sizes[][3] = {{150, 170, 300}, {16, 700, 400}, {700, 20, 400}, {500, 400, 16}};
    for (const auto& s : sizes) {
      const int64_t m = s[0], n = s[1], k = s[2];
      CAPTURE(m);
      const std::vector<T> a = noise.reals<T>(m * k), b = noise.reals<T>(k * n), c = noise.reals<T>(m * n);
      for (int flags = 0; flags < 8; ++flags) {
        CAPTURE(flags);
        CHECK(same_bits_for_all_threads([&] { return product<T>(flags & 1, flags & 2, m, n, k, a, b, c, flags & 4); }));
      }
    }
  });
}

TEST_CASE("gemm passes NaN and infinity on as arithmetic does") {
  for_each_isa([] {
    Noise noise(4);
    std::vector<float> a = noise.reals<float>(20 * 30), b = noise.reals<float>(30 * 40), c(20 * 40);
    a[3 * 30 + 4] = NAN;        // row 3 of the result
    b[7 * 40 + 39] = INFINITY;  // its last column
    kernels::gemm(false, false, int64_t{20}, int64_t{40}, int64_t{30}, a.data(), b.data(), c.data());
    for (std::size_t i = 0; i < 20; ++i) {
      for (std::size_t j = 0; j < 40; ++j) {
        CAPTURE(i);
        CAPTURE(j);
        CHECK(std::isnan(c[i * 40 + j]) == (i == 3));
        CHECK(std::isinf(c[i * 40 + j]) == (i != 3 && j == 39));
      }
    }
  });
}
