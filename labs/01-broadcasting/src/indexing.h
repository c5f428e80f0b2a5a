// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/shape.h>

#include <cstdint>
#include <span>

namespace yhat::labs {

/// The place of an element in the array of a row-major tensor: ((i0 n1 + i1) n2 + i2) ..., one index per axis. A
/// negative index counts from the end of its axis: -1 is the last. Throws IndexError that names index, axis and size if
/// an index is out of range, ShapeError for a wrong number of indices.
std::int64_t flat_index(const Shape& shape, std::span<const std::int64_t> index);

}  // namespace yhat::labs
