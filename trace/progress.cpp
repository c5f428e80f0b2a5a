// SPDX-License-Identifier: MIT
#include "yhat/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "yhat/terminal.h"

namespace yhat {
namespace {

constexpr double min_interval = 0.1;  // seconds between two updates
constexpr std::int64_t bar_width = 20;

std::string bar(std::int64_t done, std::int64_t total) {
  const std::int64_t filled = std::clamp<std::int64_t>(done, 0, total) * bar_width / total;
  std::string text(static_cast<std::size_t>(bar_width), ' ');
  std::fill_n(text.begin(), filled, '=');
  if (filled > 0 && filled < bar_width) text[static_cast<std::size_t>(filled - 1)] = '>';
  return "[" + text + "]";
}

std::string clock_time(double seconds) {
  const auto s = std::llround(std::clamp(seconds, 0.0, 360000.0));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{:02}:{:02}", s / 60, s % 60);
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

std::string progress_line(const ProgressState& state, int width) {
  std::vector<std::string> parts{state.title};
  if (state.total > 0) {
    parts.push_back(bar(state.done, state.total));
    parts.push_back(fmt::format("{}/{}", state.done, state.total));
  }
  parts.insert(parts.end(), state.fields.begin(), state.fields.end());
  if (state.done > 0 && state.seconds > 0) {
    const double step = state.seconds / static_cast<double>(state.done);
    parts.push_back(step >= 0.01 ? fmt::format("{:.0f} ms/step", 1e3 * step)
                                 : fmt::format("{:.1f} ms/step", 1e3 * step));
    if (state.total > 0) parts.push_back("ETA " + clock_time(step * static_cast<double>(state.total - state.done)));
  }
  std::string line;
  for (const std::string& part : parts) {
    const std::string longer = line.empty() ? part : line + " " + part;
    if (text_width(longer) > width) break;
    line = longer;
  }
  return line;
}

Progress::Progress(const Options& options)
    : options_(options), enabled_(options.even_if_no_terminal || is_terminal(options.stream)) {}

Progress::~Progress() { clear(); }

double Progress::now() const { return options_.clock ? options_.clock() : steady_seconds(); }

void Progress::start(const std::string& title, std::int64_t total, std::int64_t whole_run) {
  const double time = now();
  if (whole_run > 0 && whole_run == whole_run_) {
    before_ += state_.total;  // the next stretch of the same run
  } else {
    before_ = 0;
    started_ = time;
  }
  whole_run_ = whole_run;
  state_ = {title, 0, total, {}, 0};
  if (!due()) return;
  update(0);
}

bool Progress::due() const { return enabled_ && (last_drawn_ < 0 || now() - last_drawn_ >= min_interval); }

void Progress::update(std::int64_t done, const std::vector<std::string>& fields) {
  state_.done = done;
  if (!due()) return;
  last_drawn_ = now();
  ProgressState shown = state_;
  shown.fields = fields;
  shown.seconds = last_drawn_ - started_;
  if (whole_run_ > 0) {  // ETA and ms/step are those of the run; the bar and the count those of the stretch
    const double step = shown.seconds / std::max(1.0, static_cast<double>(before_ + done));
    const double remaining = static_cast<double>(whole_run_ - before_ - done);
    shown.seconds = 0;
    if (before_ + done > 0) {
      shown.fields.push_back(fmt::format("{:.{}f} ms/step", 1e3 * step, step >= 0.01 ? 0 : 1));
      shown.fields.push_back("ETA " + clock_time(step * remaining));
    }
  }
  const int columns = options_.columns > 0 ? options_.columns : terminal_columns(options_.stream);
  std::string line = progress_line(shown, columns - 1);
  const int width = text_width(line);
  if (width < drawn_width_) line.append(static_cast<std::size_t>(std::min(drawn_width_, columns - 1) - width), ' ');
  fmt::print(options_.stream, "\r{}", line);
  std::fflush(options_.stream);
  drawn_width_ = width;
}

void Progress::clear() {
  if (!enabled_ || drawn_width_ == 0) return;
  const int columns = options_.columns > 0 ? options_.columns : terminal_columns(options_.stream);
  fmt::print(options_.stream, "\r{:{}}\r", "", std::min(drawn_width_, columns - 1));
  std::fflush(options_.stream);
  drawn_width_ = 0;
  last_drawn_ = -1;
}

}  // namespace yhat
