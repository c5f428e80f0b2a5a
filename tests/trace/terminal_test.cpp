// SPDX-License-Identifier: MIT
#include <yhat/terminal.h>

#ifndef _WIN32
#include <doctest/doctest.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif

#include <clocale>
#include <cstdio>
#include <optional>

#include "tests/environment.h"
#include "tests/program.h"

using yhat::ColorMode;
using yhat::test::Environment;

namespace {

// A terminal without a program in it; `stream` writes to it.
struct EmptyTerminal {
  explicit EmptyTerminal(unsigned short columns) {
    winsize size{};
    size.ws_col = columns;
    int program = -1;
    REQUIRE(openpty(&screen, &program, nullptr, nullptr, &size) == 0);
    stream = fdopen(program, "w");
    REQUIRE(stream);
  }
  ~EmptyTerminal() {
    std::fclose(stream);
    close(screen);
  }
  int screen = -1;
  std::FILE* stream = nullptr;
};

}  // namespace

TEST_CASE("a file is no terminal: its width is that of COLUMNS or 80, colour only always") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file);
  CHECK_FALSE(yhat::is_terminal(file));
  const Environment columns("COLUMNS", "40");
  CHECK(yhat::terminal_columns(file) == 40);
  for (const std::optional<std::string>& nothing : {std::optional<std::string>(), {""}, {"wide"}, {"-3"}}) {
    columns.set(nothing);
    CHECK(yhat::terminal_columns(file) == 80);
  }
  const Environment no_color("NO_COLOR", std::nullopt);
  const Environment term("TERM", "xterm");
  CHECK_FALSE(yhat::use_color(file));
  CHECK(yhat::use_color(file, ColorMode::always));
  CHECK_FALSE(yhat::use_color(file, ColorMode::never));
  std::fclose(file);
}

TEST_CASE("a terminal tells its width, before COLUMNS does") {
  if (!yhat::test::have_terminals()) return;
  const Environment columns("COLUMNS", "40");
  CHECK(yhat::terminal_columns(EmptyTerminal(33).stream) == 33);
  CHECK(yhat::terminal_columns(EmptyTerminal(0).stream) == 40);
}

TEST_CASE("a terminal gets colour unless NO_COLOR has a value, TERM is dumb, or an option says otherwise") {
  if (!yhat::test::have_terminals()) return;
  const EmptyTerminal terminal(80);
  CHECK(yhat::is_terminal(terminal.stream));
  const Environment term("TERM", "xterm");
  const Environment no_color("NO_COLOR", std::nullopt);
  CHECK(yhat::use_color(terminal.stream));
  CHECK_FALSE(yhat::use_color(terminal.stream, ColorMode::never));
  no_color.set("");
  CHECK(yhat::use_color(terminal.stream));
  no_color.set("1");
  CHECK_FALSE(yhat::use_color(terminal.stream));
  CHECK(yhat::use_color(terminal.stream, ColorMode::always));
  no_color.set(std::nullopt);
  term.set("dumb");
  CHECK_FALSE(yhat::use_color(terminal.stream));
  CHECK(yhat::use_color(terminal.stream, ColorMode::always));
}

TEST_CASE("characters beyond ASCII are for a locale that says UTF-8") {
  const std::string before = std::setlocale(LC_CTYPE, nullptr);
  CHECK(std::setlocale(LC_CTYPE, "C"));
  CHECK_FALSE(yhat::use_utf8());
  if (std::setlocale(LC_CTYPE, "C.UTF-8") || std::setlocale(LC_CTYPE, "en_US.UTF-8")) CHECK(yhat::use_utf8());
  std::setlocale(LC_CTYPE, before.c_str());
  CHECK(yhat::text_width("3 \xC3\x97 \xE2\x96\x88") == 5);
}
#endif
