// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/error.h>

#include <CLI/CLI.hpp>
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
  std::vector<std::string> logits, diff;
  bool list = false, ask = false, ascii = false;
};

std::vector<double> numbers(const std::string& text) {
  std::vector<double> row;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    double value = 0;
    if (!CLI::detail::lexical_cast(text.substr(at, comma - at), value)) {
      throw ArgumentError("--logits", fmt::format("'{}' is not a list of numbers (as 8,0,-2)", text));
    }
    row.push_back(value);
    at = comma + 1;
  }
  return row;
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

void add_options(CLI::App& app, Arguments& a) {
  step::Request& r = a.request;
  const CLI::Validator not_empty([](const std::string& text) { return text.empty() ? "empty" : ""; }, "");
  app.add_option("example", r.name, "what to show; --list names them");
  app.add_flag("--list", a.list, "name the examples");
  app.add_option("--html", a.html, "write a page to step through")->type_name("FILE")->check(not_empty);
  app.add_option("--json", a.json, "write the trace")->type_name("FILE")->check(not_empty);
  app.add_option("--dot", a.dot, "write the graph for Graphviz")->type_name("FILE")->check(not_empty);
  app.add_option("--diff", a.diff, "name the first step at which MINE departs from REF, two traces of --json")
      ->type_name("REF MINE")
      ->expected(2);
  app.add_option("--variant", r.variant, "another version of the example")->type_name("NAME");
  app.add_option("--logits", a.logits, "your own logits, as 8,0,-2; repeat for a batch")
      ->type_name("LIST")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1);
  app.add_option("--label", r.labels, "the true class of each --logits, from 0")
      ->type_name("INT")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1);
  app.add_option("--w", r.w, "weight (neuron, zero_grad)")->check(not_empty);
  app.add_option("--b", r.b, "bias (neuron)")->check(not_empty);
  app.add_option("--x", r.x, "input (neuron, diamond, zero_grad)")->check(not_empty);
  app.add_option("--y", r.y, "target (neuron)")->check(not_empty);
  app.add_option("--dtype", a.dtype, "f32 or f64")->check(CLI::IsMember({"f32", "f64"}));
  app.add_option("--digits", a.digits, "4 or full")->check(CLI::IsMember({"4", "full"}));
  app.add_flag("--ask", a.ask, "questions before answers");
  app.add_flag("--ascii", a.ascii, "print ASCII only");
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
  CLI::App app("Shows a recorded run of the engine one step at a time: in this terminal, or as a page.", "yhat_step");
  Arguments arguments;
  add_options(app, arguments);
  try {
    app.parse(argc, argv);
    const int code = run(arguments);
    if (!std::cout.flush()) throw ArgumentError("yhat_step", "standard output cannot be written");
    return code;
  } catch (const CLI::CallForHelp&) {
    return std::cout << app.help() << std::flush ? 0 : 2;
  } catch (const CLI::ParseError& error) {
    std::cerr << "yhat_step: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
