// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// Reads an array that NumPy saved (.npy, versions 1 to 3): `<f4` gives f32, `<f8` gives f64. Throws IoError (cannot be
/// read) and FormatError (damaged; big-endian, Fortran order, integers, objects: the text says how to convert).
Tensor load_npy(const std::string& path);
/// The same for bytes in memory; `name` stands for the path in messages.
Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name = "memory");

/// Reads class labels, an array of one axis: `|u1`, `<i4` or `<i8`. Throws as load_npy does; FormatError for another
/// number of axes. The labels themselves are not checked.
std::vector<std::int64_t> load_npy_labels(const std::string& path);
/// The same for bytes in memory; `name` stands for the path in messages.
std::vector<std::int64_t> parse_npy_labels(std::span<const std::byte> bytes, const std::string& name = "memory");

/// Writes a tensor for numpy.load: version 1.0, `<f4` or `<f8`, C order. The file appears all at once.
/// Throws ArgumentError for an undefined tensor, and IoError.
void save_npy(const std::string& path, const Tensor& x);
/// The bytes that save_npy would write. Throws ArgumentError for an undefined tensor.
std::vector<std::byte> npy_bytes(const Tensor& x);

}  // namespace yhat
