// SPDX-License-Identifier: MIT
#include "core/kernels/reduce.h"

#include "compare.h"

using namespace kernel_test;

TEST_CASE(
    "sums 35: a sum of ten million values of 0.1 is exact to six digits, on every instruction set with the same bits") {
  const std::vector<float> x(10000000, 0.1F);
  std::vector<float> results;
  for_each_isa([&] {
    const float total = kernels::sum(static_cast<int64_t>(x.size()), x.data());
    CHECK(std::fabs(static_cast<double>(total) / 1e6 - 1) <= 1e-6);
    results.push_back(total);
    float rows[2] = {};
    kernels::sum_axis<float>(1, 5000000, 2, x.data(), rows);
    CHECK(std::fabs(static_cast<double>(rows[0]) / 5e5 - 1) <= 1e-6);
    CHECK(rows[0] == rows[1]);
    kernels::sum_axis<float>(2, 5000000, 1, x.data(), rows);
    CHECK(std::fabs(static_cast<double>(rows[1]) / 5e5 - 1) <= 1e-6);
  });
  for (float r : results) CHECK(r == results[0]);
}

TEST_CASE_TEMPLATE("fast sums equal the reference", T, float, double) {
  for_each_isa([] {
    Noise noise(41);
    for (int64_t n : {0, 1, 2, 31, 32, 33, 100, 4095, 4096, 4097, 20000}) {
      CAPTURE(n);
      const std::vector<T> exact = noise.integers<T>(n), x = noise.reals<T>(n);
      CHECK(kernels::sum(n, exact.data()) == kernels::reference::sum(n, exact.data()));
      CHECK(std::fabs(static_cast<double>(kernels::sum(n, x.data())) -
                      kernels::reference::sum(n, to_double(x).data())) <= tolerance<T> * 10);
    }
    for (int64_t outer : {0, 1, 3}) {
      for (int64_t n : {0, 1, 2, 63, 64, 65, 200, 1000}) {
        for (int64_t inner : {0, 1, 2, 5, 255, 256, 300}) {
          CAPTURE(outer);
          CAPTURE(n);
          CAPTURE(inner);
          const std::vector<T> x = noise.integers<T>(outer * n * inner);
          std::vector<T> y(static_cast<std::size_t>(outer * inner), NAN), expected(y.size());
          kernels::sum_axis(outer, n, inner, x.data(), y.data());
          kernels::reference::sum_axis(outer, n, inner, x.data(), expected.data());
          CHECK(y == expected);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("fast softmax and log_softmax equal the reference", T, float, double) {
  for_each_isa([] {
    Noise noise(42);
    for (int64_t n : {1, 2, 3, 10, 31, 33, 100, 1000}) {
      for (double size : {1.0, 30.0, 200.0, 1e4}) {
        for (double offset : {0.0, 1000.0, -1000.0}) {
          CAPTURE(n);
          CAPTURE(size);
          CAPTURE(offset);
          const int64_t rows = noise.between(1, 5);
          std::vector<T> x = noise.reals<T>(rows * n);
          for (T& v : x) v = static_cast<T>(static_cast<double>(v) * size + offset);
          std::vector<T> p(x.size()), log_p(x.size());
          std::vector<double> want_p(x.size()), want_log(x.size());
          kernels::softmax_rows(rows, n, x.data(), p.data());
          kernels::log_softmax_rows(rows, n, x.data(), log_p.data());
          kernels::reference::softmax_rows(rows, n, to_double(x).data(), want_p.data());
          kernels::reference::log_softmax_rows(rows, n, to_double(x).data(), want_log.data());
          CHECK(distance(log_p, want_log) <= tolerance<T>);
          for (std::size_t i = 0; i < p.size(); ++i) {  // each to its own size, but for what is no normal number
            CHECK(std::fabs(static_cast<double>(p[i]) - want_p[i]) <=
                  tolerance<T> * want_p[i] + (sizeof(T) == 4 ? 1.2e-38 : 0));
          }
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("softmax of infinities, NaN and equal rows", T, float, double) {
  for_each_isa([] {
    const T inf = INFINITY, nan = NAN;
    const std::vector<T> x = {1000, 1000, -1000, 1, -inf, 1, -inf, -inf, -inf, 0,   inf,
                              1,    0,    nan,   1, nan,  0, 0,    -900, -900, -900};
    std::vector<T> p(x.size()), log_p(x.size());
    kernels::softmax_rows(int64_t{7}, int64_t{3}, x.data(), p.data());
    kernels::log_softmax_rows(int64_t{7}, int64_t{3}, x.data(), log_p.data());
    CHECK(std::vector<T>(p.begin(), p.begin() + 6) == std::vector<T>{0.5, 0.5, 0, 0.5, 0, 0.5});
    for (std::size_t i = 6; i < 18; ++i) {
      CAPTURE(i);
      CHECK(std::isnan(p[i]));
      CHECK(std::isnan(log_p[i]));
    }
    for (std::size_t i = 18; i < 21; ++i) CHECK(p[i] == doctest::Approx(1.0 / 3));
    CHECK(log_p[4] == -inf);
  });
}

TEST_CASE_TEMPLATE("reductions give the same bits for any number of threads", T, float, double) {
  for_each_isa([] {
    Noise noise(43);
    const int64_t n = 300000;
    const std::vector<T> x = noise.reals<T>(n);
    CHECK(same_bits_for_all_threads([&] { return std::vector<T>{kernels::sum(n, x.data())}; }));
    for (int64_t inner : {1, 100, 1000}) {
      CHECK(same_bits_for_all_threads([&] {
        std::vector<T> y(static_cast<std::size_t>(3 * inner));
        kernels::sum_axis(int64_t{3}, n / 3 / inner, inner, x.data(), y.data());
        return y;
      }));
    }
    CHECK(same_bits_for_all_threads([&] {
      std::vector<T> y(x.size());
      kernels::softmax_rows(int64_t{300}, int64_t{1000}, x.data(), y.data());
      return y;
    }));
  });
}
