// SPDX-License-Identifier: MIT
#include "yhat/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#else
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace yhat {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

#ifdef _WIN32
HANDLE console(std::FILE* stream) { return reinterpret_cast<HANDLE>(_get_osfhandle(_fileno(stream))); }
int system_columns(std::FILE* stream) {
  CONSOLE_SCREEN_BUFFER_INFO info;
  return GetConsoleScreenBufferInfo(console(stream), &info) ? info.srWindow.Right - info.srWindow.Left + 1 : 0;
}
bool enable_escape_codes(std::FILE* stream) {
  DWORD mode = 0;
  return GetConsoleMode(console(stream), &mode) &&
         SetConsoleMode(console(stream), mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}
#else
int system_columns(std::FILE* stream) {
  winsize size{};
  return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
bool enable_escape_codes(std::FILE*) { return true; }
#endif

}  // namespace

bool is_terminal(std::FILE* stream) {
#ifdef _WIN32
  return _isatty(_fileno(stream)) != 0;
#else
  return isatty(fileno(stream)) != 0;
#endif
}

int terminal_columns(std::FILE* stream) {
  if (const int columns = system_columns(stream); columns > 0) return columns;
  const int columns = std::atoi(environment("COLUMNS").c_str());
  return columns > 0 ? std::min(columns, 1000) : 80;
}

bool use_color(std::FILE* stream, ColorMode mode) {
  const bool wanted = mode == ColorMode::always || (mode == ColorMode::automatic && is_terminal(stream) &&
                                                    environment("NO_COLOR").empty() && environment("TERM") != "dumb");
  return wanted && (enable_escape_codes(stream) || mode == ColorMode::always);
}

bool use_utf8() {
#ifdef _WIN32
  return GetConsoleOutputCP() == CP_UTF8;
#else
  const std::string codeset = nl_langinfo(CODESET);
  return codeset == "UTF-8" || codeset == "utf8";
#endif
}

int text_width(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace yhat
