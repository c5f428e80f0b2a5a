// SPDX-License-Identifier: MIT
#include "support/run_options.h"

#include <fmt/format.h>
#include <yhat/build_info.h>
#include <yhat/error.h>
#include <yhat/parallel.h>

#include <filesystem>
#include <system_error>

namespace demo {

void add_run_options(CommandLine& line, RunOptions& options) {
  line.integer("--seed", options.seed, 0, 1'000'000'000, "of all random numbers");
  line.integer("--threads", options.threads, 0, 1024, "0: one per processor, or what OMP_NUM_THREADS says");
  if (!options.out.empty()) line.text("--out", options.out, "DIR", "folder for the files that are written");
  line.choice("--color", options.color, {"auto", "always", "never"}, "colour on the terminal");
  line.flag("--no-timing", options.no_timing, "leave out times and memory, so that runs can be compared");
}

void apply(const RunOptions& options) {
  if (options.threads > 0) yhat::set_num_threads(static_cast<int>(options.threads));
  if (options.out.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error || !std::filesystem::is_directory(options.out)) {
    throw UsageError(fmt::format("--out: {}: {}", options.out, error ? error.message() : "not a folder"));
  }
}

Facts banner(const RunOptions& options, const CommandLine& line, const Facts& more) {
  const yhat::BuildInfo build = yhat::build_info();
  std::string text =
      fmt::format("{}, {}{}, {} kernels", build.version, build.build_type.empty() ? "" : build.build_type + " build, ",
                  build.compiler, build.kernels);
  if (!options.no_timing) {
    text += fmt::format(", {} thread{}", yhat::num_threads(), yhat::num_threads() == 1 ? "" : "s");
    if (!build.threads) text += " (built without threads)";
  }
  Facts facts = {{"yhat", text}};
  if (!build.sanitizers.empty()) {
    facts.push_back(
        {"note", "built with sanitizers (" + build.sanitizers + "): many times slower than a Release build"});
  } else if (!build.optimised) {
    facts.push_back({"note", "built without optimisation: many times slower than a Release build"});
  }
  facts.insert(facts.end(), more.begin(), more.end());
  facts.push_back({"seed", fmt::to_string(options.seed)});
  facts.push_back({"command", line.command()});
  return facts;
}

std::string path_in(const std::string& out, const std::string& name) {
  return (std::filesystem::path(out) / name).generic_string();
}

}  // namespace demo
