// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace yhat::labs {

namespace fs = std::filesystem;

/// The whole file. Throws std::runtime_error with the path.
std::string read_file(const fs::path& path);
/// Makes missing folders. Throws std::runtime_error.
void write_file(const fs::path& path, std::string_view text);
/// Readers see the old file or the new one, whole, whatever happens in between: a temporary file in the same folder,
/// fsync, rename.
void write_file_atomically(const fs::path& path, std::string_view text);
/// Regular files below a folder, relative to it, sorted.
std::vector<fs::path> files_below(const fs::path& folder);
/// A folder of our own below the system's temporary one, removed with all that is in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& prefix = "yhat-lab");
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};
/// 64 bits of a text (FNV-1a) in hexadecimal, to name what is cached.
std::string hash_of(std::string_view text);
std::string trim(std::string_view text);
/// "a, b, c"
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");
/// Without their newlines.
std::vector<std::string> lines_of(const std::string& text);
/// 2 for 2.0, 0.5 for 0.5.
std::string number_text(double value);

}  // namespace yhat::labs
