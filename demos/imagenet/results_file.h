// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "imagenet/scores.h"

namespace demo {

/// A growing file of results from which an interrupted evaluation goes on: lines `# what: value` that say what is
/// measured, a header, and a row `rank,label,predicted,probability,picture` per picture, on disk as soon as it is
/// known.
class ResultsFile {
 public:
  using About = std::vector<std::pair<std::string, std::string>>;

  /// Opens an older file of the same measurement and reads its rows, or begins a new one (always with `restart`). A
  /// last line that was cut off is forgotten. Throws yhat::FormatError: not such a file, or of another measurement
  /// (the first difference is named); yhat::IoError.
  ResultsFile(const std::string& path, const About& about, bool restart);

  const std::string& path() const { return path_; }
  /// What the older file held.
  const std::vector<Result>& before() const { return before_; }
  /// Appends a row. Throws yhat::IoError.
  void add(const Result& result);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void read(const About& about);

  std::string path_;
  std::vector<Result> before_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace demo
