// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/bytes.h"
#include "yhat/safetensors.h"

namespace yhat::files {

/// One tensor of a safetensors header: its data are the bytes begin .. end-1 after the header.
struct TensorEntry {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> entries;  // in the order of the text
  Metadata metadata;
};

/// The form of the header: an object of objects with exactly the right members. Whether the offsets fit the shapes and
/// the file is not looked at here. Throws FormatError.
SafetensorsHeader parse_header(const Source& source, std::string_view text);

/// The text of a header, padded with blanks to a multiple of 8. Throws ArgumentError naming `op` for names that are not
/// UTF-8.
std::string header_text(const char* op, const SafetensorsHeader& header);

}  // namespace yhat::files
