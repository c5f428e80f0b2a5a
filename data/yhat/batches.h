// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <iterator>
#include <vector>

#include "yhat/dataset.h"
#include "yhat/rng.h"

namespace yhat {

/// Some samples of a dataset.
struct Batch {
  Tensor images;                     ///< (n,C,H,W)
  std::vector<std::int64_t> labels;  ///< n
  std::vector<std::int64_t> index;   ///< where each sample stands in the dataset
};

/// How a dataset is cut into batches.
struct BatchOptions {
  std::int64_t size = 32;  ///< samples per batch, >= 1
  Rng* shuffle = nullptr;  ///< draws a new order for each call of batches(); null: the order of the dataset
  bool drop_last = false;  ///< leave out a last batch that is not full
};

/// One pass over a dataset: `for (const Batch& batch : batches(data, {.size = 64, .shuffle = &rng}))`. Batches are made
/// one at a time. Every sample comes exactly once (fewer with drop_last). The dataset must outlive the pass.
class Batches {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch*;
    using reference = Batch;

    Iterator(const Batches& pass, std::int64_t at) : pass_(&pass), at_(at) {}
    Batch operator*() const { return (*pass_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Batches* pass_;
    std::int64_t at_;
  };

  /// What batches() makes, with its errors.
  Batches(const Dataset& data, const BatchOptions& options);
  /// The number of batches.
  std::int64_t size() const { return count_; }
  /// Batch i. Throws IndexError.
  Batch operator[](std::int64_t i) const;
  /// At the first batch.
  Iterator begin() const { return {*this, 0}; }
  /// Behind the last one.
  Iterator end() const { return {*this, count_}; }

 private:
  const Dataset* data_;
  std::int64_t batch_size_;
  std::int64_t count_;
  std::vector<std::int64_t> order_;
};

/// Throws ArgumentError for a size below 1, ShapeError for a dataset with unequal counts.
Batches batches(const Dataset& data, const BatchOptions& options = {});
Batches batches(Dataset&& data, const BatchOptions& options = {}) = delete;  // would be gone before the first batch

/// x (N,...) -> (n,...): the rows at these places, in this order. Not differentiable: for data. Throws IndexError for a
/// place outside 0 .. N-1, ShapeError for a scalar.
Tensor take_rows(const Tensor& x, const std::vector<std::int64_t>& index);

}  // namespace yhat
