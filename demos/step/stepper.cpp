// SPDX-License-Identifier: MIT
#include "stepper.h"

#include <fmt/format.h>

#include <istream>
#include <ostream>
#include <string>

namespace yhat::step {
namespace {

constexpr const char* prompt = "Enter next  p back  g N goto  i/o in/out  t table  ? help  q quit > ";
constexpr const char* help_text =
    "  Enter, n  next step          p  previous step      g N  go to step N\n"
    "  i / o     into / out of the steps inside a step    t    table of all tensors\n"
    "  f / b     first forward / backward step            d    4 or all digits\n"
    "  ] NAME    next step that touches a tensor          r    reveal the answer\n"
    "  [ NAME    previous one                             q    quit\n";

class Stepper {
 public:
  Stepper(const Trace& trace, std::ostream& out, const StepperOptions& options)
      : trace_(trace), out_(out), options_(options), steps_(static_cast<int>(trace.events.size())) {}

  void run(std::istream& in) {
    out_ << trace_.title << "\n";
    show();
    std::string line;
    while (out_ << prompt << std::flush, std::getline(in, line)) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line == "q") return;
      obey(line);
    }
    out_ << "\n";
  }

 private:
  const TraceEvent& now() const { return trace_.events[static_cast<std::size_t>(k_ - 1)]; }

  void obey(const std::string& line) {
    const std::string word = line.substr(0, line.find(' '));
    const std::size_t blank = line.find(' ');
    const std::string rest = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (word.empty() || word == "n") {
      go(k_ + 1, "this is the last step");
    } else if (word == "p") {
      go(k_ - 1, "this is the first step");
    } else if (word == "g") {
      std::size_t used = 0;
      int wanted = 0;
      try {
        wanted = std::stoi(rest, &used);
      } catch (const std::exception&) {
        used = 0;
      }
      const bool fits = used > 0 && used == rest.size() && wanted >= 1 && wanted <= steps_;
      fits ? go(wanted, "") : say(fmt::format("g {}: there are steps 1 to {}", rest, steps_));
    } else if (word == "i") {
      into();
    } else if (word == "o") {
      if (inside_ >= 0) options_.text.told = true;  // whoever was inside has seen it
      inside_ = -1;
      show();
    } else if (word == "t") {
      for (const std::string& row : trace::render_table(trace_, k_, options_.text)) out_ << row << "\n";
    } else if (word == "f" || word == "b") {
      first(word == "f" ? EventKind::forward : EventKind::backward);
    } else if (word == "]" || word == "[") {
      touching(rest, word == "]" ? 1 : -1);
    } else if (word == "d") {
      options_.text.full = !options_.text.full;
      show();
    } else if (word == "r") {
      reveal();
    } else if (word == "?") {
      out_ << help_text;
    } else {
      say(fmt::format("'{}' is no command; ? lists them", word));
    }
  }

  void say(const std::string& text) { out_ << "  " << text << "\n"; }

  void go(int k, const char* refusal) {
    if (k < 1 || k > steps_) return say(refusal);
    k_ = k;
    inside_ = -1;
    options_.text.told = false;
    show();
  }

  void reveal() {
    const auto& question = inside_ < 0 ? now().question : now().micro[static_cast<std::size_t>(inside_)].question;
    if (!question) return say("no question here");
    say(question->answer);
    if (!options_.text.ask) return;
    options_.text.told = true;
    inside_ < 0 ? show() : show_inside();
  }

  void first(EventKind kind) {
    for (int k = 1; k <= steps_; ++k) {
      if (trace_.events[static_cast<std::size_t>(k - 1)].kind == kind) return go(k, "");
    }
    say("there is none");
  }

  bool touches(int k, const std::string& name) const {
    const TraceEvent& e = trace_.events[static_cast<std::size_t>(k - 1)];
    return trace_.tensors[static_cast<std::size_t>(e.tensor)].name == name;
  }

  void touching(const std::string& name, int direction) {
    for (int k = k_ + direction; k >= 1 && k <= steps_; k += direction) {
      if (touches(k, name)) return go(k, "");
    }
    say(fmt::format("no {} step touches '{}'", direction > 0 ? "later" : "earlier", name));
  }

  void into() {
    const auto& micro = now().micro;
    if (micro.empty()) return say("nothing inside this step");
    if (inside_ < 0 && options_.text.ask && !options_.text.told && now().question) {
      return say("first the question; r reveals the answer");
    }
    if (inside_ + 1 >= static_cast<int>(micro.size())) return say("this is the last step inside; o leaves");
    ++inside_;
    options_.text.told = false;
    show_inside();
  }

  void show_inside() {
    for (const std::string& line : trace::render_micro(trace_, k_, inside_, options_.text)) out_ << line << "\n";
  }

  void show() {
    bool head = true;
    out_ << "\n";
    for (const std::string& line : trace::render_step(trace_, k_, options_.text)) {
      out_ << (head ? coloured(line) : line) << "\n";
      head = false;
    }
  }

  std::string coloured(const std::string& line) const {
    if (!options_.colour) return line;
    const EventKind kind = now().kind;
    const char* colour = kind == EventKind::value || kind == EventKind::forward     ? "\033[1;34m"
                         : kind == EventKind::backward || kind == EventKind::stored ? "\033[1;33m"
                                                                                    : "\033[1;32m";
    return colour + line + "\033[0m";
  }

  const Trace& trace_;
  std::ostream& out_;
  StepperOptions options_;
  int steps_;
  int k_ = 1;
  int inside_ = -1;
};

}  // namespace

void step_through(const Trace& trace, std::istream& in, std::ostream& out, StepperOptions options) {
  if (trace.events.empty()) {
    out << trace.title << "\n  nothing was recorded\n";
    return;
  }
  Stepper(trace, out, options).run(in);
}

}  // namespace yhat::step
