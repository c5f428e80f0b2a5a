// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>

#include "core/files/bytes.h"

namespace yhat::files {

/// Whether these bytes begin as gzip's do: 1F 8B.
bool is_gzip(Bytes bytes);

/// Unpacks exactly one gzip member whose unpacked size is known from its first bytes: `announced` is given up to `head`
/// of them (fewer if there are no more) and returns that size, or throws. Nothing larger than deflate's limit of 1032
/// times the packed size is allocated, and not a byte more than announced is unpacked. Throws FormatError for a
/// truncated, damaged or longer file, a wrong checksum, and anything after the member.
std::vector<std::byte> gunzip(const Source& source, Bytes packed, std::size_t head,
                              const std::function<std::uint64_t(Bytes)>& announced);

}  // namespace yhat::files
