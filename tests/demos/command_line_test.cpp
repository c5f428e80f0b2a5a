// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "support/command_line.h"

namespace {

struct Example {
  std::int64_t epochs = 8;
  double lr = 0.02;
  std::string data = "sample";
  std::string color = "auto";
  bool quiet = false;
  demo::CommandLine line{"lenet", "trains"};

  Example() {
    line.integer("--epochs", epochs, 1, 1000, "passes");
    line.number("--lr", lr, 0, 1e9, "learning rate");
    line.text("--data", data, "DIR", "images");
    line.choice("--color", color, {"auto", "always", "never"}, "colour");
    line.flag("--no-timing", quiet, "no times");
  }
  void parse(std::vector<const char*> words) {
    words.insert(words.begin(), "program");
    line.parse(static_cast<int>(words.size()), words.data());
  }
};

std::string refusal(const std::vector<const char*>& words) {
  Example e;
  try {
    e.parse(words);
  } catch (const demo::UsageError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("options set their variables, and defaults stay where none is given") {
  Example e;
  e.parse({"--epochs", "3", "--lr=1e6", "--data", "a b", "--no-timing"});
  CHECK(e.epochs == 3);
  CHECK(e.lr == 1e6);
  CHECK(e.data == "a b");
  CHECK(e.quiet);
  CHECK(e.color == "auto");
  CHECK(e.line.command() == "lenet --epochs 3 --lr=1e6 --data 'a b' --no-timing");
  Example last;
  last.parse({"--epochs", "3", "--epochs", "4"});
  CHECK(last.epochs == 4);
  Example none;
  none.parse({});
  CHECK(none.epochs == 8);
  CHECK_FALSE(none.quiet);
}

TEST_CASE("wrong options are refused with what is allowed, near ones with the right name") {
  CHECK(refusal({"--epochs", "0"}) == "--epochs: 0 (1 to 1000)");
  CHECK(refusal({"--epochs", "1001"}) == "--epochs: 1001 (1 to 1000)");
  CHECK(refusal({"--epochs", "3x"}) == "--epochs: 3x (1 to 1000)");
  CHECK(refusal({"--epochs", "1.5"}) == "--epochs: 1.5 (1 to 1000)");
  CHECK(refusal({"--epochs", "99999999999999999999"}) == "--epochs: 99999999999999999999 (1 to 1000)");
  CHECK(refusal({"--lr", "-1"}) == "--lr: -1 (0 to 1e+09)");
  CHECK(refusal({"--lr", "nan"}) == "--lr: nan (0 to 1e+09)");
  CHECK(refusal({"--lr", "0,5"}) == "--lr: 0,5 (0 to 1e+09)");
  CHECK(refusal({"--color", "red"}) == "--color: red (auto, always, never)");
  CHECK(refusal({"--epoch", "3"}) == "unknown option --epoch; did you mean --epochs?");
  CHECK(refusal({"--epoch=3"}) == "unknown option --epoch; did you mean --epochs?");
  CHECK(refusal({"--colour", "never"}) == "unknown option --colour; did you mean --color?");
  CHECK(refusal({"--frobnicate"}) == "unknown option --frobnicate; hint: --help lists them all");
  CHECK(refusal({"three"}) == "unexpected argument 'three'");
  CHECK(refusal({"--epochs"}) == "--epochs: no value given");
  CHECK(refusal({"--no-timing=7x"}) == "--no-timing: takes no value");
}

TEST_CASE("options of several values, of two words, and numbers that may be missing") {
  std::string example;
  std::vector<std::string> rows, two;
  std::optional<double> w, b;
  demo::CommandLine line("yhat_step", "shows");
  line.argument("EXAMPLE", example, {}, "what");
  line.texts("--logits", rows, "LIST", "numbers");
  line.pair("--diff", two, "REF MINE", "two files");
  line.number("--w", w, "weight");
  line.number("--b", b, "bias");
  const auto parse = [&](std::vector<const char*> words) {
    words.insert(words.begin(), "program");
    line.parse(static_cast<int>(words.size()), words.data());
  };
  parse({"--logits", "-2,0", "softmax", "--diff", "a b", "c", "--logits=8", "--w", "-3"});
  CHECK(example == "softmax");
  CHECK(rows == std::vector<std::string>{"-2,0", "8"});
  CHECK(two == std::vector<std::string>{"a b", "c"});
  CHECK(w == -3);
  CHECK_FALSE(b.has_value());
  CHECK_THROWS_WITH_AS(parse({"--b", ""}), "--b: '' is no number", demo::UsageError);
  CHECK_THROWS_WITH_AS(parse({"--b", "nan"}), "--b: 'nan' is no number", demo::UsageError);
  CHECK_THROWS_WITH_AS(parse({"--diff", "a"}), "--diff: needs REF MINE", demo::UsageError);
  CHECK_THROWS_WITH_AS(parse({"--logit", "1"}), "unknown option --logit; did you mean --logits?", demo::UsageError);
  CHECK(line.help().find("EXAMPLE") != std::string::npos);
}

TEST_CASE("help names every option with its default") {
  Example e;
  const std::string help = e.line.help();
  for (const char* part : {"--epochs N", "passes [8]", "--lr X", "[0.02]", "--color auto|always|never", "[auto]",
                           "--no-timing", "--help", "usage: lenet"}) {
    CAPTURE(part);
    CHECK(help.find(part) != std::string::npos);
  }
  CHECK_THROWS_AS(e.parse({"--epochs", "3", "--help"}), demo::HelpShown);
}

TEST_CASE("numbers are whole texts as the C locale writes them") {
  double x = 0;
  std::int64_t n = 0;
  CHECK(demo::parse_number("1e-3", x));
  CHECK(x == 1e-3);
  CHECK(demo::parse_number("-7", n));
  CHECK(n == -7);
  for (const char* bad : {"", " 1", "1 ", "0x10", "1e", "inf", "nan", "1.2.3", "--1"}) {
    CAPTURE(bad);
    CHECK_FALSE(demo::parse_number(bad, x));
    CHECK_FALSE(demo::parse_number(bad, n));
  }
}
