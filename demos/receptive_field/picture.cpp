// SPDX-License-Identifier: MIT
#include "receptive_field/picture.h"

#include <fmt/format.h>
#include <yhat/error.h>
#include <yhat/ops.h>
#include <yhat/plot.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace demo {

using namespace yhat;

namespace {

/// The middle of a gradient, as shares of its largest number.
std::vector<double> middle_shares(const Tensor& gradient, std::int64_t window) {
  const std::int64_t top = gradient.dim(0) / 2 - window / 2;
  const std::int64_t left = gradient.dim(1) / 2 - window / 2;
  const Tensor middle = slice(slice(gradient, 0, top, top + window), 1, left, left + window);
  const double largest = max(middle).item();
  std::vector<double> shares = middle.to_vector();
  for (double& share : shares) share = largest > 0 ? share / largest : 0;
  return shares;
}

}  // namespace

std::vector<std::string> field_text(const Tensor& gradient, std::int64_t window) {
  std::vector<std::string> lines;
  const std::vector<double> shares = middle_shares(gradient, window);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (i % static_cast<std::size_t>(window) == 0) lines.emplace_back();
    // Numbers of paths are integers: a ninth of the largest that is met exactly is not rounded up by a rounding error.
    const int ninths = static_cast<int>(std::ceil(9 * shares[i] - 1e-9));
    lines.back() += shares[i] == 0 ? " ." : fmt::format(" {}", std::max(1, ninths));
  }
  return lines;
}

std::vector<std::string> field_texts(const std::vector<FieldPicture>& pictures, std::int64_t window, int columns) {
  const int width = 2 * static_cast<int>(window) + 2;
  const auto per_row = static_cast<std::size_t>(std::max(1, columns / width));
  std::vector<std::string> lines;
  for (std::size_t first = 0; first < pictures.size(); first += per_row) {
    const std::size_t last = std::min(pictures.size(), first + per_row);
    std::string titles;
    std::string notes;
    std::vector<std::string> rows(static_cast<std::size_t>(window));
    for (std::size_t p = first; p < last; ++p) {
      titles += fmt::format(" {:<{}}", pictures[p].title, width - 1);
      notes += fmt::format(" {:<{}}", pictures[p].note, width - 1);
      const std::vector<std::string> text = field_text(pictures[p].gradient, window);
      for (std::size_t r = 0; r < text.size(); ++r) rows[r] += fmt::format("{:<{}}", text[r], width);
    }
    lines.push_back(titles);
    lines.push_back(notes);
    lines.insert(lines.end(), rows.begin(), rows.end());
    lines.emplace_back();
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

std::string field_svg(const std::vector<FieldPicture>& pictures, std::int64_t window) {
  constexpr int cell = 16;
  constexpr int gap = 28;
  const int side = cell * static_cast<int>(window);
  const int width = gap + static_cast<int>(pictures.size()) * (side + gap);
  const int height = gap + 44 + side + gap;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
      width, height);
  for (std::size_t p = 0; p < pictures.size(); ++p) {
    const FieldPicture& picture = pictures[p];
    const int left = gap + static_cast<int>(p) * (side + gap);
    const int top = gap + 44;
    svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"16\" font-weight=\"bold\" fill=\"#111\">{}</text>\n", left,
                       top - 32, escape_html(picture.title));
    svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"13\" fill=\"#444\">{}</text>\n", left, top - 12,
                       escape_html(picture.note));
    const std::vector<double> shares = middle_shares(picture.gradient, window);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const int x = left + cell * static_cast<int>(i % static_cast<std::size_t>(window));
      const int y = top + cell * static_cast<int>(i / static_cast<std::size_t>(window));
      // Square roots: what the corners get is seen too.
      const double strength = std::sqrt(shares[i]);
      const auto mix = [&](int light, int dark) { return static_cast<int>(light + strength * (dark - light)); };
      const std::string fill =
          shares[i] == 0 ? "#ffffff" : fmt::format("#{:02x}{:02x}{:02x}", mix(214, 11), mix(230, 61), mix(246, 122));
      svg += fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" stroke=\"#ccc\" stroke-width=\"0.5\"/>\n", x,
          y, cell, cell, fill);
    }
  }
  return svg + "</svg>\n";
}

void write_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) written = std::fclose(file) == 0 && written;
  if (!written) {
    const int code = errno;
    throw IoError("receptive_field", path, code, fmt::format("cannot be written: {}", std::strerror(code)));
  }
}

}  // namespace demo
