// SPDX-License-Identifier: MIT
#include "handout.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "predictions.h"

namespace yhat::labs {
namespace {

constexpr const char* project =
    R"(# Build with one of the presets: cmake --preset debug && cmake --build build/debug --target check
cmake_minimum_required(VERSION 3.25)
project(yhat_lab{0} LANGUAGES CXX)
find_package(yhat {1} REQUIRED COMPONENTS labs)
yhat_add_lab(lab.json)
)";

constexpr const char* presets = R"({
  "version": 6,
  "configurePresets": [
    {"name": "base", "hidden": true, "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}"},
    {"name": "debug", "inherits": "base", "cacheVariables": {"CMAKE_BUILD_TYPE": "Debug"}},
    {"name": "release", "inherits": "base", "cacheVariables": {"CMAKE_BUILD_TYPE": "Release"}},
    {
      "name": "asan",
      "displayName": "Address and undefined-behaviour sanitizers: says where a crash is",
      "inherits": "base",
      "cacheVariables": {"CMAKE_BUILD_TYPE": "Debug", "YHAT_LAB_SANITIZE": "address,undefined"}
    }
  ],
  "buildPresets": [
    {"name": "debug", "configurePreset": "debug"},
    {"name": "release", "configurePreset": "release"},
    {"name": "asan", "configurePreset": "asan"}
  ]
}
)";

void write_read_only(const fs::path& path, const std::string& text) {
  write_file(path, text);
  fs::permissions(path, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
}

}  // namespace

void write_handout(const Sources& sources, const Manifest& lab, const fs::path& folder) {
  if (fs::exists(folder) && !fs::is_empty(folder)) {
    throw std::runtime_error(folder.string() + ": is not empty; hint: name a new folder, or remove this one");
  }
  std::map<std::string, std::string> symbols;
  for (const Hole& h : lab.holes) symbols[h.id] = sources.symbol(lab, h);
  bool in_src = false;
  for (const std::string& file : lab.editable_files()) {
    write_file(folder / file, sources.starter(lab, file));
    in_src = in_src || file.starts_with("src/");
  }
  for (const fs::path& file : files_below(lab.folder / "src")) {
    if (file.extension() != ".cpp") {
      write_read_only(folder / (in_src ? "src" : "") / file, read_file(lab.folder / "src" / file));
    }
  }
  for (const fs::path& file : files_below(lab.folder / "checks")) {
    write_read_only(folder / "checks" / file, read_file(lab.folder / "checks" / file));
  }
  write_file(folder / "CMakeLists.txt", fmt::format(project, lab.lab, sources.version()));
  write_file(folder / "CMakePresets.json", presets);
  write_file(folder / "lab.json", public_manifest(lab, symbols));
  if (fs::exists(lab.folder / "README.md")) write_file(folder / "README.md", read_file(lab.folder / "README.md"));
  if (!lab.demo.empty()) write_file(folder / "demo.cpp", read_file(lab.folder / lab.demo));
  if (!lab.answers.empty()) write_file(folder / "predictions.json", empty_predictions(lab));
}

std::vector<std::string> answers_in(const Sources& sources, const Manifest& lab, const fs::path& folder) {
  // What students of this lab must not see: the bodies of its holes, and those of later labs.
  std::vector<std::vector<std::string>> bodies;
  for (const Manifest& m : sources.labs()) {
    if (m.lab < lab.lab) continue;
    for (const Hole& h : m.holes) {
      if (h.starter_body) continue;
      const std::string source = sources.solution(m, h.file);
      const Declaration d = find_function(source, h.file, h.function, h.signature);
      bodies.push_back(normalised_lines(body_of(source, d)));
    }
  }
  std::vector<std::string> found;
  for (const fs::path& file : files_below(folder)) {
    const std::vector<std::string> lines = normalised_lines(read_file(folder / file));
    for (const std::vector<std::string>& body : bodies) {
      const std::size_t window = std::min<std::size_t>(3, body.size());
      for (std::size_t i = 0; window > 0 && i + window <= body.size(); ++i) {
        const auto begin = body.begin() + static_cast<std::ptrdiff_t>(i);
        const auto end = begin + static_cast<std::ptrdiff_t>(window);
        std::size_t letters = 0;
        for (auto line = begin; line != end; ++line) letters += line->size();
        if (letters < 40) continue;  // "return x;" proves nothing
        if (std::search(lines.begin(), lines.end(), begin, end) != lines.end()) {
          found.push_back(file.string() + ": " + *begin);
          break;
        }
      }
    }
  }
  return found;
}

}  // namespace yhat::labs
