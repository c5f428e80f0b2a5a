// SPDX-License-Identifier: MIT
#include "imagenet/results_file.h"

#include <fmt/format.h>
#include <yhat/error.h>
#include <yhat/tensor.h>

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "support/command_line.h"

namespace demo {
namespace {

constexpr const char* title = "# imagenet_eval results 1";
constexpr const char* header = "rank,label,predicted,probability,picture";
constexpr const char* hint = "hint: --restart measures anew, --out writes elsewhere";

std::string about_line(const std::pair<std::string, std::string>& item) {
  return fmt::format("# {}: {}", item.first, item.second);
}

bool parse_row(const std::string& line, Result& result) {
  std::vector<std::string> cells;
  std::size_t at = 0;
  while (cells.size() < 4) {
    const std::size_t comma = line.find(',', at);
    if (comma == std::string::npos) return false;
    cells.push_back(line.substr(at, comma - at));
    at = comma + 1;
  }
  result.picture = line.substr(at);
  if (cells[3] == "nan") {
    result.probability = std::numeric_limits<double>::quiet_NaN();
  } else if (!parse_number(cells[3], result.probability)) {
    return false;
  }
  return parse_number(cells[0], result.rank) && parse_number(cells[1], result.label) &&
         parse_number(cells[2], result.predicted) && !result.picture.empty();
}

}  // namespace

ResultsFile::ResultsFile(const std::string& path, const About& about, bool restart) : path_(path) {
  std::error_code error;
  const bool there = !restart && std::filesystem::exists(path, error);
  if (there) read(about);
  file_.reset(std::fopen(path.c_str(), there ? "ab" : "wb"));
  if (!file_) throw yhat::IoError("imagenet_eval", path, errno, "cannot be written");
  if (there) return;
  std::string text = fmt::format("{}\n", title);
  for (const auto& item : about) text += about_line(item) + "\n";
  fmt::print(file_.get(), "{}{}\n", text, header);
  std::fflush(file_.get());
}

void ResultsFile::read(const About& about) {
  std::ifstream in(path_, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good()) throw yhat::IoError("imagenet_eval", path_, EIO, "cannot be read");
  const std::size_t whole = text.rfind('\n') + 1;  // 0 if there is none
  std::vector<std::string> expected = {title};
  for (const auto& item : about) expected.push_back(about_line(item));
  expected.push_back(header);

  std::size_t number = 0;
  for (std::size_t at = 0; at < whole; ++number) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (number < expected.size()) {
      if (line == expected[number]) continue;
      throw yhat::FormatError("imagenet_eval", path_, -1,
                              fmt::format("holds the results of something else, '{}' (now '{}'); {}",
                                          line.substr(0, 80), expected[number], hint));
    }
    Result result;
    if (!parse_row(line, result)) {
      throw yhat::FormatError("imagenet_eval", path_, -1,
                              fmt::format("line {} is '{}' ({}); {}", number + 1, line.substr(0, 80), header, hint));
    }
    before_.push_back(std::move(result));
  }
  if (number < expected.size()) {
    throw yhat::FormatError("imagenet_eval", path_, -1, fmt::format("ends in its head, line {}; {}", number + 1, hint));
  }
  if (whole < text.size()) std::filesystem::resize_file(path_, whole);  // the program was ended while writing a row
}

void ResultsFile::add(const Result& r) {
  const std::string p = std::isnan(r.probability) ? "nan" : yhat::format_number(r.probability, 0);
  fmt::print(file_.get(), "{},{},{},{},{}\n", r.rank, r.label, r.predicted, p, r.picture);
  if (std::fflush(file_.get()) != 0) throw yhat::IoError("imagenet_eval", path_, errno, "cannot be written");
}

}  // namespace demo
