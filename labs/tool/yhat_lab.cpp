// SPDX-License-Identifier: MIT
// yhat-lab: what an instructor does with the labs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "gradescope.h"
#include "handout.h"
#include "lint.h"
#include "programs.h"
#include "verify.h"

namespace yhat::labs {
namespace {

// The nearest folder upwards that has the library and the labs.
fs::path find_root(const std::string& given) {
  if (!given.empty()) return fs::absolute(given).lexically_normal();
  for (fs::path folder = fs::current_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / "core/yhat/version.h") && fs::is_directory(folder / "labs")) return folder;
    if (folder == folder.parent_path()) break;
  }
  throw std::runtime_error("no source tree of yhat here or above; hint: --source DIR");
}

fs::path find_kit(const fs::path& root, const std::string& given) {
  if (!given.empty()) return given;
  const fs::path usual = root / "build/default/labs/labs.json";
  if (fs::exists(usual)) return usual;
  throw std::runtime_error(usual.string() + ": not there; hint: build yhat with labs, or --kit BUILD/labs/labs.json");
}

struct LabOptions {
  std::string source, kit, lab, out;
  std::vector<std::string> labs;
  VerifyOptions verify;
  double total = 0;
};

// All labs, or those named.
std::vector<const Manifest*> chosen(const Sources& sources, const std::vector<std::string>& names) {
  std::vector<const Manifest*> list;
  for (const std::string& name : names) list.push_back(&sources.lab(name));
  if (names.empty()) {
    for (const Manifest& m : sources.labs()) list.push_back(&m);
  }
  return list;
}

int list(const Sources& sources) {
  double points = 0;
  std::size_t mutants = 0;
  for (const Manifest& m : sources.labs()) {
    fmt::print("{}  {:3} points  {:4} min  {:2} checks  {:2} mutants  {:2} alternatives  {}\n", m.lab,
               number_text(m.points), m.minutes, m.checks.size(), m.mutants.size(), m.accept.size(), m.title);
    points += m.points;
    mutants += m.mutants.size();
  }
  fmt::print("{} labs, {} points, {} mutants\n", sources.labs().size(), number_text(points), mutants);
  return 0;
}

int lint(const Sources& sources, const LabOptions& o) {
  std::vector<std::string> found = lint_all(sources, o.total);
  for (const Manifest* m : chosen(sources, o.labs)) {
    for (std::string& line : lint_lab(sources, *m)) found.push_back(std::move(line));
  }
  for (const std::string& line : found) fmt::print("{}\n", line);
  return found.empty() ? 0 : 1;
}

int verify(const Sources& sources, const LabOptions& o) {
  const fs::path kit_file = find_kit(sources.root(), o.kit);
  Toolchain toolchain(read_kit(kit_file), kit_file.parent_path() / "cache");
  int mistakes = 0;
  for (const Manifest* m : chosen(sources, o.labs)) mistakes += verify_lab(sources, toolchain, *m, o.verify);
  return mistakes == 0 ? 0 : 1;
}

int run_lab(int argc, char** argv) {
  CLI::App app{"Makes and verifies the course labs of yhat."};
  app.require_subcommand(1);
  LabOptions o;
  app.add_option("--source", o.source, "The source tree of yhat (else the nearest one upwards)");
  app.add_option("--kit", o.kit, "How to compile: labs/labs.json in a build folder (else build/default's)");
  CLI::App* list_it = app.add_subcommand("list", "The labs, with points and numbers of checks and mutants");
  CLI::App* lint_it = app.add_subcommand("lint", "What is wrong with manifests, checks and handouts");
  lint_it->add_option("labs", o.labs, "04 ... (else all)");
  lint_it->add_option("--total", o.total, "What the points of all labs must sum to");
  CLI::App* starter_it = app.add_subcommand("starter", "Writes the files that students edit");
  CLI::App* handout_it = app.add_subcommand("handout", "Writes the project that students get");
  CLI::App* gradescope_it = app.add_subcommand("gradescope", "Writes an autograder for Gradescope");
  for (CLI::App* sub : {starter_it, handout_it, gradescope_it}) {
    sub->add_option("lab", o.lab, "04")->required();
    sub->add_option("out", o.out, sub == gradescope_it ? "A .zip file" : "A new folder")->required();
  }
  CLI::App* verify_it =
      app.add_subcommand("verify", "Proves that solution, starter, mutants and alternatives score as they must");
  verify_it->add_option("labs", o.labs, "04 ... (else all)");
  verify_it->add_option("-j,--jobs", o.verify.jobs, "Steps side by side")->check(CLI::Range(1, 64));
  verify_it->add_option("--time-scale", o.verify.time_scale, "Multiplies the time limits")->check(CLI::PositiveNumber);
  verify_it->add_option("--only", o.verify.only, "The id of one mutant or alternative");
  verify_it->add_flag("--quick", o.verify.quick, "Without mutants and alternatives");
  for (CLI::App* sub : app.get_subcommands({})) sub->fallthrough();
  CLI11_PARSE(app, argc, argv);

  const Sources sources(find_root(o.source));
  if (list_it->parsed()) return list(sources);
  if (lint_it->parsed()) return lint(sources, o);
  if (verify_it->parsed()) return verify(sources, o);
  const Manifest& lab = sources.lab(o.lab);
  if (handout_it->parsed()) write_handout(sources, lab, o.out);
  if (gradescope_it->parsed()) write_autograder(sources, lab, o.out);
  if (starter_it->parsed()) {
    for (const std::string& file : lab.editable_files()) write_file(fs::path(o.out) / file, sources.starter(lab, file));
  }
  return 0;
}

}  // namespace

int yhat_lab(int argc, char** argv) {
  try {
    return run_lab(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "yhat-lab: {}\n", error.what());
    return 2;
  }
}

}  // namespace yhat::labs
