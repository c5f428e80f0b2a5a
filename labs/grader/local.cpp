// SPDX-License-Identifier: MIT
#include "local.h"

#include <fmt/format.h>

#include <stdexcept>

#include "json.h"
#include "predictions.h"

namespace yhat::labs {

LocalBuild read_local_build(const fs::path& build) {
  const fs::path path = build / "yhat-lab.json";
  if (!fs::exists(path)) throw std::runtime_error(path.string() + ": not there; is this the build folder of a lab?");
  try {
    const Json json = Json::parse(read_file(path));
    LocalBuild local;
    local.build = build;
    // Relative paths start at the build folder.
    const auto at = [&](const std::string& text) {
      return text.empty() ? fs::path() : (build / text).lexically_normal();
    };
    local.folder = at(json.at("folder"));
    local.program = at(json.at("program"));
    local.demo = at(json.value("demo", ""));
    local.address_sanitizer = json.value("address_sanitizer", false);
    local.lab = read_manifest(at(json.at("manifest")));
    return local;
  } catch (const Json::exception& error) {
    throw std::runtime_error(path.string() + ": " + error.what());
  }
}

int print_hint(const LocalBuild& local, const std::string& id, const RunOptions& run) {
  const Check* check = local.lab.check(id);
  if (!id.empty() && check == nullptr) throw std::runtime_error("no check " + id);
  for (const Check& c : local.lab.checks) {
    if (check != nullptr) break;
    if (!run_check(local.lab, c, run).passed()) check = &c;
  }
  if (check == nullptr) {
    fmt::print("All checks pass.\n");
    return 0;
  }
  const auto hints = local.lab.hints.find(check->id);
  if (hints == local.lab.hints.end() || hints->second.empty()) {
    fmt::print("{}: no hint.\n", check->name);
    return 0;
  }
  const fs::path counter = local.build / ("hints-" + check->id);
  std::size_t shown = fs::exists(counter) ? read_file(counter).size() : 0;
  shown = std::min(shown + 1, hints->second.size());
  write_file(counter, std::string(shown, '*'));
  fmt::print("{}\n", check->name);
  for (std::size_t i = 0; i < shown; ++i)
    fmt::print("  hint {} of {}: {}\n", i + 1, hints->second.size(), hints->second[i]);
  return 0;
}

int run_demo(const LocalBuild& local) {
  if (local.demo.empty()) throw std::runtime_error("this lab has no demo");
  std::map<std::string, std::string> predictions;
  if (!local.lab.answers.empty()) {
    std::string problem;
    const fs::path file = local.folder / "predictions.json";
    const std::string text = fs::exists(file) ? read_file(file) : "{\"predictions\": {}}";
    predictions = read_predictions(local.lab, text, problem);
    std::vector<std::string> open;
    for (const auto& [name, value] : predictions) {
      if (value.empty()) open.push_back(name);
    }
    if (!problem.empty()) fmt::print("{}\n", problem);
    if (!open.empty()) {
      fmt::print("First predict: {}\nWrite your predictions into predictions.json ({}), then run the demo again.\n",
                 local.lab.question, joined(open));
      return 1;
    }
  }
  Command command;
  command.arguments = {local.demo.string()};
  command.folder = local.folder;
  command.output_kib = 1024;
  const Ended ended = run(command);
  fmt::print("{}", ended.output);
  const std::map<std::string, std::string> measured = measured_in(ended.output);
  for (const auto& [name, value] : predictions) {
    const auto m = measured.find(name);
    fmt::print("{}: you predicted {}; measured {}\n", name, value, m == measured.end() ? "nothing" : m->second);
  }
  if (ended.signal != 0) fmt::print("The demo crashed.\n");
  return ended.good() ? 0 : 1;
}

int submit(const LocalBuild& local, const fs::path& zip) {
  std::string contents;
  const Texts texts = read_submission(local.lab, local.folder, contents);
  if (!contents.empty()) {
    fmt::print("Nothing was written:\n{}\n", contents.substr(0, contents.find("\nFound in")));
    return 1;
  }
  std::vector<std::string> files;
  for (const auto& [file, text] : texts) files.push_back(file);
  if (fs::exists(local.folder / "predictions.json")) files.push_back("predictions.json");
  std::uintmax_t size = 0;
  for (const std::string& file : files) size += fs::file_size(local.folder / file);
  if (size > (1 << 20)) {
    fmt::print("Nothing was written: the files have {} bytes (at most 1 MiB).\n", size);
    return 1;
  }
  std::error_code ignored;
  fs::remove(zip, ignored);
  Command command;
  command.arguments = {"/usr/bin/env", "cmake", "-E", "tar", "cf", fs::absolute(zip).string(), "--format=zip", "--"};
  command.arguments.insert(command.arguments.end(), files.begin(), files.end());
  command.folder = local.folder;
  const Ended ended = run(command);
  if (!ended.good()) throw std::runtime_error(zip.string() + ": " + ended.output);
  fmt::print("{}\n", zip.string());
  for (const std::string& file : files) fmt::print("  {}  {} bytes\n", file, fs::file_size(local.folder / file));
  return 0;
}

}  // namespace yhat::labs
