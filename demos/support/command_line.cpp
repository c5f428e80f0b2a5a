// SPDX-License-Identifier: MIT
// The only file of the demos that knows CLI11: to read it takes seconds.
#include "support/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>

namespace demo {
namespace {

/// How many insertions, deletions, replacements and swaps of neighbours turn a into b (Damerau 1964).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string shell_quoted(const std::string& word) {
  const char* safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%";
  if (!word.empty() && word.find_first_not_of(safe) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace

struct CommandLine::Impl {
  struct Option {
    std::string name;
    std::string placeholder;  // empty: a flag
    std::string help;
    std::string standard;  // the default, empty if there is none to tell
    int words = 1;         // of one value
    bool repeated = false;
    std::vector<std::string> given = {};
    bool flag_given = false;
    std::function<void(const Option&)> set = {};

    const std::string& one_of(const std::vector<std::string>& allowed) const {
      if (std::find(allowed.begin(), allowed.end(), given[0]) != allowed.end()) return given[0];
      throw UsageError(fmt::format("{}: {} ({})", name, given[0], fmt::join(allowed, ", ")));
    }
  };

  std::string program, what, command;
  std::vector<std::unique_ptr<Option>> options;
  std::unique_ptr<Option> positional;
  CLI::App app;

  void add(Option option) {
    options.push_back(std::make_unique<Option>(std::move(option)));
    Option& o = *options.back();
    if (o.placeholder.empty()) {
      app.add_flag(o.name, o.flag_given);
    } else {
      app.add_option(o.name, o.given)
          ->multi_option_policy(o.repeated ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast)
          ->expected(o.words)
          ->allow_extra_args(false);
    }
  }

  [[noreturn]] void refuse(const std::string& argument) const {
    if (argument.empty() || argument[0] != '-') throw UsageError(fmt::format("unexpected argument '{}'", argument));
    const std::string name = argument.substr(0, argument.find('='));
    std::string nearest = "--help";
    for (const auto& o : options) {
      if (distance(name, o->name) < distance(name, nearest)) nearest = o->name;
    }
    const bool near = distance(name, nearest) <= std::max<std::size_t>(2, name.size() / 3);
    throw UsageError(fmt::format("unknown option {}; {}", name,
                                 near ? fmt::format("did you mean {}?", nearest) : "hint: --help lists them all"));
  }
};

CommandLine::CommandLine(std::string program, std::string what_it_does) : impl_(std::make_unique<Impl>()) {
  impl_->program = std::move(program);
  impl_->what = std::move(what_it_does);
  impl_->app.allow_extras();
  impl_->app.set_help_flag("");
}
CommandLine::~CommandLine() = default;

void CommandLine::argument(const std::string& placeholder, std::string& value, const std::vector<std::string>& allowed,
                           const std::string& help) {
  impl_->positional = std::make_unique<Impl::Option>(Impl::Option{placeholder, "", help, value});
  impl_->positional->set = [&value, allowed](const Impl::Option& o) {
    value = allowed.empty() ? o.given[0] : o.one_of(allowed);
  };
}

void CommandLine::integer(const std::string& name, std::int64_t& value, std::int64_t lo, std::int64_t hi,
                          const std::string& help) {
  impl_->add({name, "N", help, fmt::to_string(value)});
  impl_->options.back()->set = [&value, lo, hi](const Impl::Option& o) {
    std::int64_t given = 0;
    if (!parse_number(o.given[0], given) || given < lo || given > hi) {
      throw UsageError(fmt::format("{}: {} ({} to {})", o.name, o.given[0], lo, hi));
    }
    value = given;
  };
}

void CommandLine::number(const std::string& name, double& value, double lo, double hi, const std::string& help) {
  impl_->add({name, "X", help, fmt::format("{:g}", value)});
  impl_->options.back()->set = [&value, lo, hi](const Impl::Option& o) {
    double given = 0;
    if (!parse_number(o.given[0], given) || !(given >= lo && given <= hi)) {
      throw UsageError(fmt::format("{}: {} ({:g} to {:g})", o.name, o.given[0], lo, hi));
    }
    value = given;
  };
}

void CommandLine::number(const std::string& name, std::optional<double>& value, const std::string& help) {
  impl_->add({name, "X", help, ""});
  impl_->options.back()->set = [&value](const Impl::Option& o) {
    double given = 0;
    if (!parse_number(o.given[0], given)) throw UsageError(fmt::format("{}: '{}' is no number", o.name, o.given[0]));
    value = given;
  };
}

void CommandLine::text(const std::string& name, std::string& value, const std::string& placeholder,
                       const std::string& help) {
  impl_->add({name, placeholder, help, value});
  impl_->options.back()->set = [&value](const Impl::Option& o) {
    if (o.given[0].empty()) throw UsageError(fmt::format("{}: an empty text", o.name));
    value = o.given[0];
  };
}

void CommandLine::choice(const std::string& name, std::string& value, const std::vector<std::string>& allowed,
                         const std::string& help) {
  impl_->add({name, fmt::format("{}", fmt::join(allowed, "|")), help, value});
  impl_->options.back()->set = [&value, allowed](const Impl::Option& o) { value = o.one_of(allowed); };
}

void CommandLine::flag(const std::string& name, bool& value, const std::string& help) {
  impl_->add({name, "", help, ""});
  impl_->options.back()->set = [&value](const Impl::Option&) { value = true; };
}

void CommandLine::texts(const std::string& name, std::vector<std::string>& values, const std::string& placeholder,
                        const std::string& help) {
  impl_->add({.name = name, .placeholder = placeholder, .help = help, .standard = "", .repeated = true});
  impl_->options.back()->set = [&values](const Impl::Option& o) { values = o.given; };
}

void CommandLine::pair(const std::string& name, std::vector<std::string>& values, const std::string& placeholder,
                       const std::string& help) {
  impl_->add({.name = name, .placeholder = placeholder, .help = help, .standard = "", .words = 2});
  impl_->options.back()->set = [&values](const Impl::Option& o) {
    if (o.given.size() != 2) throw UsageError(fmt::format("{}: needs {}", o.name, o.placeholder));
    values = o.given;
  };
}

void CommandLine::parse(int argc, const char* const* argv) {
  impl_->command = impl_->program;
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  for (const std::string& word : words) impl_->command += " " + shell_quoted(word);
  if (std::any_of(words.begin(), words.end(), [](const std::string& w) { return w == "--help" || w == "-h"; })) {
    fmt::print("{}", help());
    throw HelpShown{};
  }
  for (const std::string& word : words) {
    for (const auto& o : impl_->options) {
      if (o->placeholder.empty() && word.rfind(o->name + "=", 0) == 0) {
        throw UsageError(fmt::format("{}: takes no value", o->name));
      }
    }
  }
  std::reverse(words.begin(), words.end());  // the order in which CLI11 takes a vector
  try {
    impl_->app.parse(words);
  } catch (const CLI::ParseError& error) {
    const std::string message = error.what();  // begins with the option's name
    for (const auto& o : impl_->options) {
      if (message.rfind(o->name + ":", 0) == 0) throw UsageError(fmt::format("{}: no value given", o->name));
    }
    throw UsageError(message);
  }
  std::vector<std::string> extras = impl_->app.remaining();
  if (impl_->positional && !extras.empty() && extras.front()[0] != '-') {
    impl_->positional->given = {extras.front()};
    impl_->positional->set(*impl_->positional);
    extras.erase(extras.begin());
  }
  if (!extras.empty()) impl_->refuse(extras.front());
  for (const auto& o : impl_->options) {
    if (impl_->app.count(o->name) > 0) o->set(*o);
  }
}

std::string CommandLine::help() const {
  std::size_t width = std::string("--help").size();
  for (const auto& o : impl_->options) width = std::max(width, o->name.size() + 1 + o->placeholder.size());
  if (impl_->positional) width = std::max(width, impl_->positional->name.size());
  std::string text = fmt::format("usage: {} {}[OPTIONS]\n{}\n\n", impl_->program,
                                 impl_->positional ? impl_->positional->name + " " : "", impl_->what);
  if (impl_->positional) text += fmt::format("  {:<{}}  {}\n", impl_->positional->name, width, impl_->positional->help);
  for (const auto& o : impl_->options) {
    const std::string standard = o->standard.empty() ? "" : fmt::format(" [{}]", o->standard);
    text += fmt::format("  {:<{}}  {}{}\n", o->name + (o->placeholder.empty() ? "" : " ") + o->placeholder, width,
                        o->help, standard);
  }
  return text + fmt::format("  {:<{}}  this text; defaults are in brackets\n", "--help", width);
}

const std::string& CommandLine::command() const { return impl_->command; }

bool parse_number(const std::string& text, std::int64_t& value) {
  if (text.empty() || text.find_first_not_of("+-0123456789") != std::string::npos) return false;
  char* end = nullptr;
  errno = 0;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (errno != 0 || *end != '\0') return false;
  value = number;
  return true;
}

// LC_NUMERIC is never set in these programs, so strtod reads what the C locale writes; but it would also take blanks,
// hexadecimal numbers and words.
bool parse_number(const std::string& text, double& value) {
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) return false;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0') return false;
  value = number;
  return true;
}

}  // namespace demo
