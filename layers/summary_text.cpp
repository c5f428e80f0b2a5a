// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "yhat/summary.h"

namespace yhat {
namespace {

// 60,965,224
std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

// "5" for a square window, "3x5" otherwise
std::string square(const Pair& p) { return p.h == p.w ? std::to_string(p.h) : fmt::format("{}x{}", p.h, p.w); }
std::string map_of(const Shape& s) { return fmt::format("{}", fmt::join(s.begin(), s.end(), "x")); }
std::string or_blank(std::int64_t n) { return n == 0 ? "" : std::to_string(n); }

double mebibytes(std::int64_t values) { return static_cast<double>(values) * 4 / (1 << 20); }
double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string to_string(const Summary& s) {
  std::string text;
  const auto line = [&](const auto&... cells) {
    text += fmt::format("{:<14} {:<10} {:<7} {:>12} {:>13} {:>11} {:>15} {:>7} {:>5}\n", cells...);
  };
  line("layer", "type", "k/s/p", "output", "parameters", "neurons", "MACs", "RF", "jump");
  line("input", "", "", map_of(s.input), "", "", "", "1", "1");
  for (const SummaryRow& r : s.rows) {
    const LayerInfo& i = r.info;
    const bool window = i.kernel != Pair(0);
    line(r.name, i.groups > 1 ? fmt::format("{} /{}", i.type, i.groups) : i.type,
         window ? fmt::format("{}/{}/{}", square(i.kernel), square(i.stride), square(i.padding)) : "", map_of(i.output),
         grouped(r.parameters()), i.neurons ? grouped(r.outputs()) : "", grouped(i.macs), square(r.receptive_field),
         square(r.jump));
  }
  line("total", "", "", "", grouped(s.parameters()), grouped(s.neurons()), grouped(s.macs()), "", "");
  const std::int64_t conv_macs = s.macs() - s.fc_macs();
  text += fmt::format("fully connected: {:.2f} % of the parameters; convolution: {:.2f} % of the MACs\n",
                      percent(s.fc_parameters(), s.parameters()), percent(conv_macs, s.macs()));
  text += fmt::format(
      "f32, one sample: parameters {:.2f} MiB (with gradient and momentum {:.2f}), outputs and input {:.2f} MiB "
      "(training "
      "{:.2f}, activations kept apart {:.2f})\n",
      mebibytes(s.parameters()), mebibytes(3 * s.parameters()), mebibytes(s.all_values()),
      mebibytes(2 * s.all_values()), mebibytes(s.all_values() + s.activation_outputs));
  return text;
}

std::string to_csv(const Summary& s) {
  const auto size_of_axis = [](const Shape& shape, std::size_t axis) { return axis < shape.size() ? shape[axis] : 1; };
  const auto shape_cells = [&](const Shape& shape) {
    return fmt::format("{},{},{}", shape[0], size_of_axis(shape, 1), size_of_axis(shape, 2));
  };
  std::string text =
      fmt::format("{},input,input,{},0,0,{},0,,,,,,1,1,\n", s.name, shape_cells(s.input), s.input.numel());
  for (const SummaryRow& r : s.rows) {
    const LayerInfo& i = r.info;
    const bool window = i.kernel != Pair(0);
    const bool by_channel = i.type != "fc" && r.input.ndim() == 3;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", s.name, r.name, i.type,
                        shape_cells(i.output), i.weights, i.biases, r.outputs(), i.macs, window ? square(i.kernel) : "",
                        window ? square(i.stride) : "", window ? square(i.padding) : "", or_blank(i.groups),
                        by_channel ? r.input[0] : r.input.numel(), square(r.receptive_field), square(r.jump),
                        or_blank(i.connections));
  }
  return text;
}

}  // namespace yhat
