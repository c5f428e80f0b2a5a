// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// Which pixels an output depends on, to be drawn: a gradient (H,W) whose numbers count paths.
struct FieldPicture {
  std::string title, note;
  yhat::Tensor gradient;
};

/// The middle `window` x `window` pixels as text, two characters each: "." where the gradient is exactly 0, else a
/// digit from 1 to 9, the share of the largest gradient in ninths, rounded up.
std::vector<std::string> field_text(const yhat::Tensor& gradient, std::int64_t window);

/// Pictures side by side, as many as fit into `columns`, with their titles.
std::vector<std::string> field_texts(const std::vector<FieldPicture>& pictures, std::int64_t window, int columns);

/// The same as an SVG file: dark is much, white is exactly 0.
std::string field_svg(const std::vector<FieldPicture>& pictures, std::int64_t window);

/// Writes text to a file. Throws yhat::IoError.
void write_file(const std::string& path, const std::string& text);

}  // namespace demo
