// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>

namespace yhat {

/// What is known about a split of the data after an epoch.
struct Metrics {
  std::int64_t epoch = 0;                                     ///< from 1
  std::int64_t step = 0;                                      ///< optimiser steps so far
  std::string split;                                          ///< "train", "test"
  double loss = 0;                                            ///< mean over samples
  double accuracy = 0;                                        ///< 0 to 1
  double lr = 0;                                              ///< learning rate of the last step
  double seconds = std::numeric_limits<double>::quiet_NaN();  ///< since the start; NaN is left blank
};

/// A growing file `epoch,step,split,loss,accuracy,lr,seconds`: numbers as the shortest text that reads back exactly,
/// each row on disk as soon as it is known. An older file of that name is replaced when the first row comes.
class MetricsCsv {
 public:
  /// Throws IoError if the file cannot be written.
  explicit MetricsCsv(const std::string& path);
  /// Appends a row and flushes it. Throws IoError.
  void row(const Metrics& metrics);
  /// As given.
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  bool begun_ = false;
};

}  // namespace yhat
