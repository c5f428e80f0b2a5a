// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace demo {

/// Something wrong with what the user asked for: told as it is, exit status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// --help was asked for and has been printed.
struct HelpShown {};

/// The options of a program. Each is bound to a variable that holds its default.
///
///     std::int64_t epochs = 8;
///     CommandLine line("lenet", "trains LeNet-5");
///     line.integer("--epochs", epochs, 1, 1000, "passes over the training images");
///     line.parse(argc, argv);
class CommandLine {
 public:
  CommandLine(std::string program, std::string what_it_does);
  ~CommandLine();

  /// A word without a name of its own: `imagenet_eval MODEL --weights ...`. At most one; it may be left out, too.
  /// If `allowed` is empty, any word is taken.
  void argument(const std::string& placeholder, std::string& value, const std::vector<std::string>& allowed,
                const std::string& help);
  void integer(const std::string& name, std::int64_t& value, std::int64_t lo, std::int64_t hi, const std::string& help);
  void number(const std::string& name, double& value, double lo, double hi, const std::string& help);
  /// A number that is empty unless it is given.
  void number(const std::string& name, std::optional<double>& value, const std::string& help);
  void text(const std::string& name, std::string& value, const std::string& placeholder, const std::string& help);
  void choice(const std::string& name, std::string& value, const std::vector<std::string>& allowed,
              const std::string& help);
  void flag(const std::string& name, bool& value, const std::string& help);
  /// An option that may be given several times: all its values, in order.
  void texts(const std::string& name, std::vector<std::string>& values, const std::string& placeholder,
             const std::string& help);
  /// An option of two words: `--diff REF MINE`. Empty unless it is given.
  void pair(const std::string& name, std::vector<std::string>& values, const std::string& placeholder,
            const std::string& help);

  /// Sets the variables. Throws UsageError (`--epochs: 0 (1 to 1000)`, `unknown option --epoch; did you mean
  /// --epochs?`), or HelpShown after printing help to stdout. Variables may be half set then.
  void parse(int argc, const char* const* argv);

  /// The text of --help, with the defaults.
  std::string help() const;
  /// The command that was given, quoted where a shell needs it.
  const std::string& command() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A whole text as a number, as the C locale writes it. Return false if it is anything else.
bool parse_number(const std::string& text, std::int64_t& value);
bool parse_number(const std::string& text, double& value);

}  // namespace demo
