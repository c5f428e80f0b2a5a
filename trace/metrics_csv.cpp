// SPDX-License-Identifier: MIT
#include "yhat/metrics_csv.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include "yhat/error.h"

namespace yhat {
namespace {

[[noreturn]] void fail(const std::string& path) {
  const int code = errno;
  throw IoError("MetricsCsv", path, code, fmt::format("cannot be written: {}", std::strerror(code)));
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

// Opened for appending, which tells at the start whether the file can be written and leaves an older one as it is.
MetricsCsv::MetricsCsv(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "ab")) {
  if (!file_) fail(path_);
}

void MetricsCsv::row(const Metrics& m) {
  std::string text;
  if (!begun_) {
    file_.reset(std::fopen(path_.c_str(), "wb"));
    if (!file_) fail(path_);
    text = "epoch,step,split,loss,accuracy,lr,seconds\n";
    begun_ = true;
  }
  text += fmt::format("{},{},{},{},{},{},{}\n", m.epoch, m.step, quoted(m.split), m.loss, m.accuracy, m.lr,
                      std::isnan(m.seconds) ? "" : fmt::format("{}", m.seconds));
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0)
    fail(path_);
}

}  // namespace yhat
