// SPDX-License-Identifier: MIT
#include "yhat/batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "yhat/error.h"

namespace yhat {

Tensor take_rows(const Tensor& x, const std::vector<std::int64_t>& index) {
  if (x.ndim() == 0) throw ShapeError("take_rows", "x is a scalar (must have rows)");
  const std::int64_t rows = x.dim(0);
  for (std::size_t i = 0; i < index.size(); ++i) {
    if (index[i] < 0 || index[i] >= rows) {
      throw IndexError("take_rows",
                       fmt::format("index[{}] = {} ({})", i, index[i],
                                   rows == 0 ? "there are no rows" : fmt::format("valid: [0, {}]", rows - 1)));
    }
  }
  Tensor y = empty(x.shape().with(0, static_cast<std::int64_t>(index.size())), x.dtype());
  if (y.size() == 0) return y;
  dispatch(x.dtype(), [&](auto zero) {
    const auto from = x.data<decltype(zero)>();
    const auto to = y.mutable_data<decltype(zero)>();
    const std::size_t row = from.size() / static_cast<std::size_t>(rows);
    for (std::size_t i = 0; i < index.size(); ++i) {
      const auto source = from.subspan(static_cast<std::size_t>(index[i]) * row, row);
      std::copy(source.begin(), source.end(), to.begin() + static_cast<std::ptrdiff_t>(i * row));
    }
  });
  return y;
}

Batches::Batches(const Dataset& data, const BatchOptions& options) : data_(&data), batch_size_(options.size) {
  if (options.size < 1) throw ArgumentError("batches", fmt::format("size {} (must be >= 1)", options.size));
  if (!data.images.defined() || data.images.ndim() == 0 || data.images.dim(0) != data.size()) {
    throw ShapeError("batches", fmt::format("images {}, {} labels (one label per image)",
                                            data.images.defined() ? data.images.shape() : Shape{}, data.size()));
  }
  const std::int64_t n = data.size();
  count_ = options.drop_last ? n / batch_size_ : n / batch_size_ + (n % batch_size_ != 0 ? 1 : 0);
  if (options.shuffle != nullptr) {
    order_ = options.shuffle->permutation(n);
  } else {
    order_.resize(static_cast<std::size_t>(n));
    std::iota(order_.begin(), order_.end(), 0);
  }
}

Batch Batches::operator[](std::int64_t i) const {
  if (i < 0 || i >= count_) throw IndexError("batches", fmt::format("batch {} of {}", i, count_));
  const auto first = order_.begin() + i * batch_size_;
  const auto last = first + std::min<std::int64_t>(batch_size_, data_->size() - i * batch_size_);
  Batch batch;
  batch.index.assign(first, last);
  batch.images = take_rows(data_->images, batch.index);
  batch.labels.reserve(batch.index.size());
  for (const std::int64_t at : batch.index) batch.labels.push_back(data_->labels[static_cast<std::size_t>(at)]);
  return batch;
}

Batches batches(const Dataset& data, const BatchOptions& options) { return Batches(data, options); }

}  // namespace yhat
