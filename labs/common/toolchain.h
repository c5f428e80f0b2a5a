// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "process.h"
#include "sources.h"

namespace yhat::labs {

/// How code of a lab is compiled and linked; CMake writes it down (labs.json in the build folder).
struct Kit {
  std::string compiler, second_compiler, archiver, ranlib, symbol_lister;
  std::vector<std::string> flags, link_flags, includes, libraries;
  fs::path archive;  ///< libyhat.a
  fs::path main;     ///< the library with main() and the listener
  fs::path root;     ///< of the source tree
  bool address_sanitizer = false;
  /// An installation whose headers student code is compiled with, where it may not read the source tree.
  fs::path headers;
};
/// Throws std::runtime_error.
Kit read_kit(const fs::path& path);

/// What a compiler or linker made.
struct Built {
  bool good = false;
  fs::path path;
  std::string output;
};

/// Compiles and links without a build system: each object by itself, kept under a name made of its text and flags, and
/// made anew if a header it read is newer. Objects are shared by all variants of a lab. May be used by several threads.
class Toolchain {
 public:
  /// `cache` keeps objects, archives; `user`, if any, is who compiles.
  Toolchain(Kit kit, fs::path cache, std::optional<User> user = {});

  const Kit& kit() const { return kit_; }
  /// Compiles text as if it were `file` (a path from the root, or a lab's own) and lay next to its headers.
  /// `beside` are folders in which its own includes are looked for. Code that is not `trusted` is compiled by the user.
  Built compile(const std::string& text, const std::string& file, const std::vector<fs::path>& beside,
                const std::vector<std::string>& extra_flags = {}, const std::string& compiler = "",
                bool trusted = false);
  /// The library without some of its files (paths from the root; `symbols`: a name each defines, to tell files of equal
  /// name apart). Throws std::runtime_error unless each is there exactly once.
  fs::path archive_without(const std::map<std::string, std::string>& symbols_by_file);
  /// Links objects and an archive into `program`.
  Built link(const std::vector<fs::path>& objects, const fs::path& archive, const fs::path& program);

 private:
  std::vector<std::string> include_flags(const std::vector<fs::path>& beside, bool trusted) const;
  Kit kit_;
  fs::path cache_;
  std::optional<User> user_;
  std::mutex mutex_;
  std::map<std::string, fs::path> archives_;
};

}  // namespace yhat::labs
