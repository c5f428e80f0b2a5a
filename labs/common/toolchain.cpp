// SPDX-License-Identifier: MIT
#include "toolchain.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "json.h"

namespace yhat::labs {
namespace {

// An object is out of date if a file that it was made from is newer or gone.
bool up_to_date(const fs::path& object, const fs::path& dependencies) {
  std::error_code error;
  const auto made = fs::last_write_time(object, error);
  if (error || !fs::exists(dependencies)) return false;
  std::string text = read_file(dependencies);
  for (std::size_t at = text.find("\\\n"); at != std::string::npos; at = text.find("\\\n")) text.replace(at, 2, "  ");
  const std::size_t colon = text.find(": ");
  if (colon == std::string::npos) return false;
  std::string path;
  for (std::size_t i = colon + 2; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (c == '\\' && i + 1 < text.size() && text[i + 1] == ' ') {
      path += text[++i];
    } else if (c == ' ' || c == '\n') {
      if (!path.empty() && path.find("/student/") == std::string::npos) {  // that one is in the object's name
        const auto changed = fs::last_write_time(path, error);
        if (error || changed > made) return false;
      }
      path.clear();
    } else {
      path += c;
    }
  }
  return true;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string without_prefix(std::string text, const fs::path& folder) {
  replace_all(text, folder.string() + "/", "");
  return text;
}

Command compiler_command(std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  command.seconds = 240;
  command.output_kib = 256;
  return command;
}

/// The members of an archive that define `symbol`, as positions among those called `member` (from 1).
std::vector<int> members_defining(const Kit& kit, const std::string& member, const std::string& symbol) {
  Command command = compiler_command({kit.symbol_lister, "-C", "--defined-only", kit.archive.string()});
  command.output_kib = 64 << 10;
  const std::string output = run(command).output;
  std::vector<int> found;
  int instance = 0;
  bool inside = false;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string_view line(output.data() + at, end - at);
    at = end + 1;
    if (line.ends_with(":")) {
      inside = line.substr(0, line.size() - 1) == member;
      instance += inside;
    } else if (inside && line.find(" T " + symbol + "(") != std::string_view::npos) {
      if (found.empty() || found.back() != instance) found.push_back(instance);
    }
  }
  return found;
}

}  // namespace

Kit read_kit(const fs::path& path) {
  try {
    const Json json = Json::parse(read_file(path));
    Kit kit;
    kit.compiler = json.at("compiler");
    kit.second_compiler = json.value("second_compiler", "");
    kit.archiver = json.at("archiver");
    kit.ranlib = json.at("ranlib");
    kit.symbol_lister = json.at("symbol_lister");
    for (const char* key : {"flags", "link_flags", "includes", "libraries"}) {
      std::vector<std::string> list = json.at(key);
      std::erase(list, "");
      std::erase(list, "/usr/include");  // the compiler looks there anyway, in its own order
      (std::string_view(key) == "flags"        ? kit.flags
       : std::string_view(key) == "link_flags" ? kit.link_flags
       : std::string_view(key) == "includes"   ? kit.includes
                                               : kit.libraries) = std::move(list);
    }
    kit.archive = json.at("archive").get<std::string>();
    kit.main = json.at("main").get<std::string>();
    kit.root = json.at("root").get<std::string>();
    kit.address_sanitizer = json.value("address_sanitizer", false);
    return kit;
  } catch (const Json::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), error.what()));
  }
}

Toolchain::Toolchain(Kit kit, fs::path cache, std::optional<User> user)
    : kit_(std::move(kit)), cache_(std::move(cache)), user_(user) {
  fs::create_directories(cache_);
}

std::vector<std::string> Toolchain::include_flags(const std::vector<fs::path>& beside, bool trusted) const {
  std::vector<std::string> flags;
  if (trusted || kit_.headers.empty()) {
    for (const fs::path& folder : beside) flags.push_back("-I" + folder.string());
    for (const std::string& folder : kit_.includes) flags.push_back("-I" + folder);
    return flags;
  }
  const fs::path source = kit_.headers / "share/yhat/labs/source";
  for (const fs::path& folder : beside) flags.push_back("-I" + (source / fs::relative(folder, kit_.root)).string());
  for (const std::string& folder : kit_.includes) {
    const fs::path below = fs::path(folder).lexically_relative(kit_.root);
    if (!below.empty() && *below.begin() != "..") flags.push_back("-I" + (source / below).string());
  }
  flags.push_back("-I" + (kit_.headers / "include").string());
  return flags;
}

Built Toolchain::compile(const std::string& text, const std::string& file, const std::vector<fs::path>& beside,
                         const std::vector<std::string>& extra_flags, const std::string& compiler, bool trusted) {
  std::vector<std::string> command = {compiler.empty() ? kit_.compiler : compiler};
  command.insert(command.end(), kit_.flags.begin(), kit_.flags.end());
  command.insert(command.end(), extra_flags.begin(), extra_flags.end());
  const std::vector<std::string> includes = include_flags(beside, trusted);
  command.insert(command.end(), includes.begin(), includes.end());
  const std::string name = hash_of(joined(command, "\n") + "\n" + file + "\n" + text);
  const fs::path object = cache_ / (name + ".o");
  const fs::path dependencies = cache_ / (name + ".d");
  if (up_to_date(object, dependencies)) return {true, object, ""};

  // The compiler may be another account, so it works in a folder of its own, and what it made is copied.
  const TemporaryFolder scratch("yhat-compile");
  const fs::path student = scratch.path() / "student";
  write_file(student / file, text);
  fs::permissions(scratch.path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  const fs::path made = scratch.path() / "made";
  fs::create_directory(made);
  const std::optional<User> user = trusted ? std::nullopt : user_;
  if (user) (void)!chown(made.c_str(), user->uid, user->gid);
  command.insert(command.end(),
                 {"-c", (student / file).string(), "-o", (made / "o").string(), "-MD", "-MF", (made / "d").string()});
  Command run_it = compiler_command(command);
  run_it.folder = made;
  run_it.user = user;
  run_it.sandbox = user.has_value();
  run_it.file_mib = user ? 64 : 0;
  const Ended ended = run(run_it);
  Built built{ended.good() && fs::is_regular_file(made / "o"), object, without_prefix(ended.output, student)};
  built.output = without_prefix(built.output, kit_.root);
  if (ended.timed_out) built.output += "the compiler was stopped\n";
  if (!built.good) return built;
  static std::atomic<int> count = 0;
  for (const auto& [from, to] : {std::pair{made / "o", object}, std::pair{made / "d", dependencies}}) {
    const fs::path temporary = cache_ / fmt::format("{}.{}.{}", to.filename().string(), getpid(), count++);
    fs::copy_file(from, temporary, fs::copy_options::overwrite_existing);
    fs::rename(temporary, to);
  }
  return built;
}

fs::path Toolchain::archive_without(const std::map<std::string, std::string>& symbols_by_file) {
  if (symbols_by_file.empty()) return kit_.archive;
  std::string key =
      fmt::format("{} {}", kit_.archive.string(), fs::last_write_time(kit_.archive).time_since_epoch().count());
  for (const auto& [file, symbol] : symbols_by_file) key += "\n" + file + " " + symbol;
  const std::lock_guard lock(mutex_);
  const fs::path reduced = cache_ / (hash_of(key) + ".a");
  if (fs::exists(reduced)) return reduced;
  const TemporaryFolder scratch("yhat-archive");
  const fs::path copy = scratch.path() / "lib.a";
  fs::copy_file(kit_.archive, copy);
  const std::string members = run(compiler_command({kit_.archiver, "t", kit_.archive.string()})).output;
  // Later ones of equal names first, so that the positions of the others stay.
  std::map<std::string, std::vector<int>> remove;
  for (const auto& [file, symbol] : symbols_by_file) {
    const std::string member = fs::path(file).filename().string() + ".o";
    int there = 0;
    for (std::size_t at = members.find(member); at != std::string::npos; at = members.find(member, at + 1)) {
      const bool whole = (at == 0 || members[at - 1] == '\n') && members[at + member.size()] == '\n';
      there += whole;
    }
    std::vector<int> at = {1};
    if (there > 1) at = members_defining(kit_, member, symbol);
    if (there == 0 || at.size() != 1) {
      throw std::runtime_error(fmt::format("{}: {} is there {} times, and {} of them define {}", kit_.archive.string(),
                                           member, there, there > 1 ? at.size() : 0, symbol));
    }
    remove[member].push_back(at[0]);
  }
  for (auto& [member, positions] : remove) {
    std::sort(positions.rbegin(), positions.rend());
    for (int position : positions) {
      std::vector<std::string> command = {kit_.archiver, "d", copy.string(), member};
      if (position > 1) command = {kit_.archiver, "dN", std::to_string(position), copy.string(), member};
      const Ended ended = run(compiler_command(command));
      if (!ended.good()) throw std::runtime_error(fmt::format("{}: {}", kit_.archiver, ended.output));
    }
  }
  run(compiler_command({kit_.ranlib, copy.string()}));
  fs::copy_file(copy, reduced.string() + ".tmp", fs::copy_options::overwrite_existing);
  fs::rename(reduced.string() + ".tmp", reduced);
  return reduced;
}

Built Toolchain::link(const std::vector<fs::path>& objects, const fs::path& archive, const fs::path& program) {
  std::vector<std::string> command = {kit_.compiler};
  command.insert(command.end(), kit_.link_flags.begin(), kit_.link_flags.end());
  for (const fs::path& object : objects) command.push_back(object.string());
  command.push_back(kit_.main.string());
  command.push_back(archive.string());
  command.insert(command.end(), kit_.libraries.begin(), kit_.libraries.end());
  command.insert(command.end(), {"-o", program.string()});
  const Ended ended = run(compiler_command(command));
  std::string output = without_prefix(ended.output, cache_);
  return {ended.good(), program, without_prefix(output, kit_.root)};
}

}  // namespace yhat::labs
