// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace yhat {

/// A random number generator with the same bits on every platform: xoshiro256** (Blackman and Vigna, 2018), and
/// transforms that use only integers and + - * / sqrt.
class Rng {
 public:
  using State = std::array<std::uint64_t, 4>;

  /// Streams of one seed are independent: one for weights, one for shuffling, one for dropout.
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0);

  /// 64 random bits.
  std::uint64_t next();
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();
  /// Uniform in [lo, hi), or lo if they are equal. lo <= hi and hi - lo finite are not checked.
  double uniform(double lo, double hi);
  /// Normal with mean 0 and variance 1 (Marsaglia's polar method, 1964).
  double normal();
  /// Uniform in 0 .. n-1, without bias. Throws ArgumentError unless n >= 1.
  std::int64_t below(std::int64_t n);
  /// 0 .. n-1 in random order (Fisher-Yates). Throws ArgumentError unless n >= 0.
  std::vector<std::int64_t> permutation(std::int64_t n);

  /// What a checkpoint stores: `rng.set_state(saved)` continues as if nothing had happened in between.
  const State& state() const { return state_; }
  /// Throws ArgumentError for four zeros, which no generator gets to and none gets away from.
  void set_state(const State& state);

 private:
  State state_;
};

}  // namespace yhat
