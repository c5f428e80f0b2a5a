// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sources.h"
#include "toolchain.h"

namespace yhat::labs {

/// File by name -> its text.
using Texts = std::map<std::string, std::string>;

/// A file that could not be used; the starter's version took its place.
struct FileProblem {
  std::string file;
  std::string words;   ///< "core/ops/softmax.cpp does not compile."
  std::string output;  ///< of the compiler or linker
};

struct LabProgram {
  bool good = false;
  fs::path path;
  std::string output;  ///< why there is none
  std::vector<FileProblem> problems;
};

/// Runs f(0) ... f(n - 1), `jobs` at a time. Rethrows the first exception when all have ended.
void in_parallel(std::size_t n, int jobs, const std::function<void(std::size_t)>& f);

/// Makes check programs of one lab from the texts of its files.
class LabBuild {
 public:
  LabBuild(const Sources& sources, Toolchain& toolchain, const Manifest& lab);

  /// Compiles checks, hidden checks and given code, once. Throws std::runtime_error with the compiler's words.
  void prepare(int jobs);

  /// The program with these files, all of which must compile. `library` are further files of the library in another
  /// form. `flags` are added, as -Werror.
  LabProgram program(const Texts& student, const fs::path& out, const Texts& library = {},
                     const std::vector<std::string>& flags = {}, const std::string& compiler = "");
  /// The program with whatever of a student's files can be used; for the others, the starter's.
  LabProgram graded_program(const Texts& student, const fs::path& out);
  /// The lab's demo, or the oracle of a lab, linked with these files.
  LabProgram other_program(const fs::path& main_source, const Texts& student, const fs::path& out);

  Built compile(const std::string& file, const std::string& text, const std::vector<std::string>& flags = {},
                const std::string& compiler = "");

 private:
  std::vector<fs::path> beside(const fs::path& source) const;
  Built link(const std::vector<fs::path>& objects, const Texts& library_files, const fs::path& out);
  std::vector<std::string> missing_functions(const std::string& linker_output) const;

  const Sources& sources_;
  Toolchain& toolchain_;
  const Manifest& lab_;
  std::vector<fs::path> check_objects_, given_objects_;
};

}  // namespace yhat::labs
