// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "yhat/state_dict.h"

namespace yhat {

/// What a file says about itself: names and texts, in the order of the file.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// Reads all tensors of a safetensors file, in the order of their data: F32 and F64 as they are, F16 and BF16 widened
/// to f32. The whole file is checked before anything is allocated. `metadata`, if given, is set to the file's.
/// Throws IoError (cannot be read) and FormatError (is not such a file; has another dtype; a checksum is wrong).
StateDict load_safetensors(const std::string& path, Metadata* metadata = nullptr);
/// The same for bytes in memory; `name` stands for the path in messages.
StateDict parse_safetensors(std::span<const std::byte> bytes, Metadata* metadata = nullptr,
                            const std::string& name = "memory");

/// Writes f32 and f64 tensors under their names, in this order: the same state gives the same bytes. The file appears
/// all at once; if anything fails, an old file of that name is as it was. "format" = "pt" is added to the metadata.
/// Throws ArgumentError (a name or metadata key twice, or not UTF-8; an undefined tensor) and IoError.
void save_safetensors(const std::string& path, const StateDict& state, const Metadata& metadata = {});
/// The bytes that save_safetensors would write. Throws ArgumentError as it does.
std::vector<std::byte> safetensors_bytes(const StateDict& state, const Metadata& metadata = {});

}  // namespace yhat
