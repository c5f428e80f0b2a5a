// SPDX-License-Identifier: MIT
#include "gradescope.h"

#include <stdexcept>

#include "process.h"

namespace yhat::labs {
namespace {

void put(std::string& text, const std::string& what, const std::string& by) {
  text.replace(text.find(what), what.size(), by);
}

void run_it(const std::vector<std::string>& arguments, const fs::path& folder) {
  Command command;
  command.arguments = arguments;
  command.folder = folder;
  const Ended ended = run(command);
  if (!ended.good()) throw std::runtime_error(joined(arguments, " ") + ": " + ended.output);
}

}  // namespace

void write_autograder(const Sources& sources, const Manifest& lab, const fs::path& zip) {
  const TemporaryFolder folder("yhat-autograder");
  const fs::path tree = folder.path() / "yhat";
  fs::create_directory(tree);
  for (const char* part : {"CMakeLists.txt", "LICENSE", "cmake", "include", "core", "layers", "losses", "optim",
                           "models", "data", "trace", "labs"}) {
    if (fs::exists(sources.root() / part)) fs::copy(sources.root() / part, tree / part, fs::copy_options::recursive);
  }
  const fs::path scripts = sources.root() / "labs/tool/gradescope";
  std::string grade = read_file(scripts / "run_autograder");
  put(grade, "@LAB@", lab.lab);
  put(grade, "@TOTAL@", number_text(lab.points));
  for (const auto& [name, text] :
       {std::pair<const char*, std::string>{"setup.sh", read_file(scripts / "setup.sh")}, {"run_autograder", grade}}) {
    write_file(folder.path() / name, text);
    fs::permissions(folder.path() / name, static_cast<fs::perms>(0755));
  }
  std::error_code ignored;
  fs::remove(zip, ignored);
  run_it({"/usr/bin/env", "cmake", "-E", "tar", "cf", fs::absolute(zip).string(), "--format=zip", "--", "setup.sh",
          "run_autograder", "yhat"},
         folder.path());
}

}  // namespace yhat::labs
