// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "output.h"

namespace yhat::trace {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

std::string to_dot(const Trace& trace) {
  std::string out =
      fmt::format("digraph {} {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n", quoted(trace.title));
  for (std::size_t t = 0; t < trace.tensors.size(); ++t) {
    if (trace.tensors[t].producer >= 0) continue;
    out += fmt::format("  t{} [label={}, style=rounded];\n", t, quoted(trace.tensors[t].name));
  }
  for (std::size_t o = 0; o < trace.ops.size(); ++o) {
    out += fmt::format("  o{} [label={}];\n", o, quoted(op_label(trace, static_cast<int>(o))));
  }
  for (std::size_t o = 0; o < trace.ops.size(); ++o) {
    for (int t : trace.ops[o].inputs) {
      if (t < 0) continue;
      const TraceTensor& from = trace.tensors[static_cast<std::size_t>(t)];
      const std::string source = from.producer < 0 ? fmt::format("t{}", t) : fmt::format("o{}", from.producer);
      out += fmt::format("  {} -> o{} [label={}];\n", source, o, quoted(fmt::format("{}", from.shape)));
    }
  }
  return out + "}\n";
}

}  // namespace yhat::trace
