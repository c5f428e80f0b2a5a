// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace yhat {

/// How far a stretch of a run has come.
struct ProgressState {
  std::string title;                ///< "epoch 3/8"
  std::int64_t done = 0;            ///< steps, of `total`
  std::int64_t total = 0;           ///< 0: unknown, no bar
  std::vector<std::string> fields;  ///< "loss 0.71", "acc 74.0 %": the most important first
  double seconds = 0;               ///< since the stretch began
};

/// `epoch 3/8 [=====>    ] 41/63 loss 0.71 acc 74.0 % 38 ms/step ETA 00:12`, at most `width` columns wide: what does
/// not fit is dropped from the right, never wrapped.
std::string progress_line(const ProgressState& state, int width);

/// One line on a terminal that shows how far a run is, rewritten at most 10 times a second by a carriage return and
/// blanks: no escape codes, and the cursor stays visible. Silent if the stream is not a terminal.
class Progress {
 public:
  struct Options {
    std::FILE* stream = stderr;
    bool even_if_no_terminal = false;  ///< for tests
    int columns = 0;                   ///< 0: ask the terminal, each time
    double (*clock)() = nullptr;       ///< seconds; null: the system's steady clock
  };

  Progress() : Progress(Options()) {}
  /// Shows nothing where nobody watches: the stream is no terminal.
  explicit Progress(const Options& options);
  /// Removes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Begins a stretch of `total` steps. `whole_run` steps in all, if it is part of a longer run that the time left
  /// (ETA) should be told for.
  void start(const std::string& title, std::int64_t total, std::int64_t whole_run = 0);
  /// Shows that `done` steps of the stretch are done. Cheap if the last update was less than 0.1 s ago.
  void update(std::int64_t done, const std::vector<std::string>& fields = {});
  /// Whether update() would draw now: lets a caller skip making the fields.
  bool due() const;
  /// Removes the line, so that other text can be printed.
  void clear();

 private:
  double now() const;

  Options options_;
  bool enabled_;
  ProgressState state_;
  std::int64_t before_ = 0, whole_run_ = 0;
  double started_ = 0, last_drawn_ = -1;
  int drawn_width_ = 0;
};

}  // namespace yhat
