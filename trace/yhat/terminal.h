// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <string_view>

namespace yhat {

/// Whether a stream is shown on a terminal rather than written to a file or a pipe.
bool is_terminal(std::FILE* stream);

/// The width of the terminal behind a stream: what the system says, else the environment's COLUMNS, else 80.
int terminal_columns(std::FILE* stream);

/// `automatic`: if the stream is a terminal, NO_COLOR is unset or empty, and TERM is not "dumb".
enum class ColorMode { automatic, always, never };

/// Whether to write escape codes for colour to a stream. Prepares the console of Windows for them.
bool use_color(std::FILE* stream, ColorMode mode = ColorMode::automatic);

/// Whether text may have characters beyond ASCII: the program's locale (setlocale(LC_CTYPE, "") at the start of main)
/// says UTF-8; on Windows, the console's code page.
bool use_utf8();

/// The number of columns that UTF-8 text takes: its characters, all taken to be one column wide.
int text_width(std::string_view text);

}  // namespace yhat
