// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/error.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "example.h"
#include "loss_lesson.h"
#include "stepper.h"
#include "support/command_line.h"

namespace {

using namespace yhat;

bool is_terminal(int descriptor) {
#ifdef _WIN32
  return _isatty(descriptor) != 0;
#else
  return isatty(descriptor) != 0;
#endif
}

struct Arguments {
  step::Request request;
  std::string html, json, dot, digits = "4", dtype;
  std::vector<std::string> logits, labels, diff;
  bool list = false, ask = false, ascii = false;
};

std::string without_blanks(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::vector<double> numbers(const std::string& text) {
  std::vector<double> row;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    double value = 0;
    if (!demo::parse_number(without_blanks(text.substr(at, comma - at)), value)) {
      throw ArgumentError("--logits", fmt::format("'{}' is not a list of numbers (as 8,0,-2)", text));
    }
    row.push_back(value);
    at = comma + 1;
  }
  return row;
}

std::int64_t label(const std::string& text) {
  std::int64_t value = 0;
  if (!demo::parse_number(text, value)) throw ArgumentError("--label", fmt::format("'{}' is not a whole number", text));
  return value;
}

// The command that makes this trace again: what was asked for, without where it was written to.
std::string command_of(const Arguments& a) {
  const step::Request& r = a.request;
  std::string out = "yhat_step " + r.name;
  if (!r.variant.empty()) out += " --variant " + r.variant;
  if (r.dtype == Dtype::f32 && r.name != "gap120") out += " --dtype f32";
  const std::pair<const char*, std::optional<double>> settings[] = {{"w", r.w}, {"b", r.b}, {"x", r.x}, {"y", r.y}};
  for (const auto& [name, value] : settings) {
    if (value) out += fmt::format(" --{} {}", name, *value);
  }
  for (const std::vector<double>& row : r.logits) out += fmt::format(" --logits {}", fmt::join(row, ","));
  for (auto label : r.labels) out += fmt::format(" --label {}", label);
  return out;
}

void add_options(demo::CommandLine& line, Arguments& a) {
  step::Request& r = a.request;
  line.argument("EXAMPLE", r.name, {}, "what to show; --list names them");
  line.flag("--list", a.list, "name the examples");
  line.text("--html", a.html, "FILE", "write a page to step through");
  line.text("--json", a.json, "FILE", "write the trace");
  line.text("--dot", a.dot, "FILE", "write the graph for Graphviz");
  line.pair("--diff", a.diff, "REF MINE", "name the first step at which MINE departs from REF, two traces of --json");
  line.text("--variant", r.variant, "NAME", "another version of the example");
  line.texts("--logits", a.logits, "LIST", "your own logits, as 8,0,-2; repeat for a batch");
  line.texts("--label", a.labels, "INT", "the true class of each --logits, from 0");
  line.number("--w", r.w, "weight (neuron, zero_grad)");
  line.number("--b", r.b, "bias (neuron)");
  line.number("--x", r.x, "input (neuron, diamond, zero_grad)");
  line.number("--y", r.y, "target (neuron)");
  line.choice("--dtype", a.dtype, {"f32", "f64"}, "what it is computed in");
  line.choice("--digits", a.digits, {"4", "full"}, "of the numbers shown");
  line.flag("--ask", a.ask, "questions before answers");
  line.flag("--ascii", a.ascii, "print ASCII only");
}

int compare(const Arguments& a) {
  if (!a.request.name.empty() || !a.json.empty() || !a.dot.empty()) {
    throw ArgumentError("--diff", "takes two traces and --html only");
  }
  const trace::Comparison c = trace::compare_files(a.diff[0], a.diff[1]);
  std::cout << c.text;
  if (!a.html.empty()) trace::write_file("--html", a.html, c.html);
  return c.equal ? 0 : 1;
}

// The loss page has no graph to step through: its text is printed, its page written.
int show_loss(const Arguments& a) {
  if (!a.dot.empty()) throw ArgumentError("--dot", "loss has no graph (--html, --json)");
  const step::LossLesson lesson = step::loss_lesson(a.request);
  if (!a.html.empty()) trace::write_file("--html", a.html, step::loss_html(lesson));
  if (!a.json.empty()) trace::write_file("--json", a.json, step::loss_json(lesson) + "\n");
  if (a.html.empty() && a.json.empty()) std::cout << step::loss_text(lesson, a.digits == "full", a.ask);
  return 0;
}

// Two files under one name: the second would replace the first.
void require_different_files(const Arguments& a) {
  std::set<std::filesystem::path> seen;
  for (const std::string& file : {a.html, a.json, a.dot}) {
    if (file.empty() || seen.insert(std::filesystem::weakly_canonical(std::filesystem::absolute(file))).second)
      continue;
    throw ArgumentError("yhat_step", fmt::format("{} is to be written twice", file));
  }
}

int show(Arguments& a) {
  require_different_files(a);
  for (const std::string& row : a.logits) a.request.logits.push_back(numbers(row));
  for (const std::string& text : a.labels) a.request.labels.push_back(label(text));
  if (a.request.name == "gap120" && a.dtype == "f64") {
    throw ArgumentError("--dtype", "f64 (gap120 shows what happens in f32)");
  }
  a.request.dtype = a.dtype == "f32" ? Dtype::f32 : Dtype::f64;
  a.request.command = command_of(a);
  if (a.request.name == "loss") return show_loss(a);
  const Trace made = step::run_example(a.request);
  const trace::TextOptions text{a.digits == "full", a.ask, a.ascii};
  if (!a.html.empty()) trace::write_file("--html", a.html, trace::to_html(made));
  if (!a.json.empty()) trace::write_file("--json", a.json, trace::to_json(made));
  if (!a.dot.empty()) trace::write_file("--dot", a.dot, trace::to_dot(made));
  if (a.html.empty() && a.json.empty() && a.dot.empty()) {
    if (is_terminal(0)) {
      const bool colour = is_terminal(1) && std::getenv("NO_COLOR") == nullptr;
      step::step_through(made, std::cin, std::cout, {text, colour});
    } else {
      std::cout << trace::render_all(made, text);
    }
  }
  const int red = made.first_red();
  if (red > 0 && !made.expects_red) {
    std::cerr << fmt::format("yhat_step: step {}: the gradient disagrees with the numeric check\n", red);
    return 1;
  }
  return 0;
}

int list() {
  for (const step::Example& e : step::examples()) {
    std::string variants;
    for (const char* v : e.variants) variants += fmt::format("{}{}", variants.empty() ? "  --variant " : ", ", v);
    std::cout << fmt::format("{:<10} {}{}\n", e.name, e.summary, variants);
  }
  std::cout << fmt::format("{:<10} {}\n", "loss", "why softmax + cross-entropy gives yhat - y; and squared error?");
  return 0;
}

int run(Arguments& a) {
  if (a.list) return list();
  if (!a.diff.empty()) return compare(a);
  if (a.request.name.empty()) throw ArgumentError("yhat_step", "which example? (--list names them)");
  return show(a);
}

}  // namespace

int main(int argc, char** argv) {
  demo::CommandLine line("yhat_step",
                         "Shows a recorded run of the engine one step at a time: in this terminal, or as a page.");
  Arguments arguments;
  add_options(line, arguments);
  try {
    line.parse(argc, argv);
    const int code = run(arguments);
    if (!std::cout.flush()) throw ArgumentError("yhat_step", "standard output cannot be written");
    return code;
  } catch (const demo::HelpShown&) {
    return std::fflush(stdout) == 0 ? 0 : 2;
  } catch (const demo::UsageError& error) {
    std::cerr << "yhat_step: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
