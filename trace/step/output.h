// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "yhat/trace.h"

/// The faces of a trace: lines of text, JSON, Graphviz, a page.
namespace yhat::trace {

struct TextOptions {
  bool full = false;   ///< shortest exact digits instead of 4
  bool ask = false;    ///< a step with a question keeps its numbers back
  bool ascii = false;  ///< names too
  bool told = false;   ///< the question has been answered: show all
};

inline const TraceTensor& tensor(const Trace& trace, int t) { return trace.tensors[static_cast<std::size_t>(t)]; }

/// "a = 2*y", "conv1: conv2d"
std::string op_label(const Trace& trace, int op);
/// One sentence about step k (from 1), with its numbers.
std::string say(const Trace& trace, int k);
/// The lines of step k, at most 80 columns.
std::vector<std::string> render_step(const Trace& trace, int k, const TextOptions& options);
/// The lines of one of the steps inside step k, counted from 0.
std::vector<std::string> render_micro(const Trace& trace, int k, int inside, const TextOptions& options);
/// Every tensor's value and gradient after step k.
std::vector<std::string> render_table(const Trace& trace, int k, const TextOptions& options);
/// Title, every step; with `ask` the answers at the end.
std::string render_all(const Trace& trace, const TextOptions& options);

/// The whole trace as one JSON text, with all that the page shows.
std::string to_json(const Trace& trace);
std::string to_dot(const Trace& trace);
std::string to_html(const Trace& trace);

/// Two traces that were written as JSON: the first difference in words, and the page of the second one, which marks it.
struct Comparison {
  bool equal = false;
  std::string text, html;
};
/// Throws IoError or FormatError.
Comparison compare_files(const std::string& reference, const std::string& mine);

/// The whole file or nothing. Throws IoError naming `op`.
void write_file(const char* op, const std::string& path, const std::string& content);

}  // namespace yhat::trace
