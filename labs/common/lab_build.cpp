// SPDX-License-Identifier: MIT
#include "lab_build.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace yhat::labs {

void in_parallel(std::size_t n, int jobs, const std::function<void(std::size_t)>& f) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::size_t i = next++; i < n; i = next++) {
      try {
        f(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
    }
  };
  std::vector<std::thread> threads;
  for (int t = 1; t < jobs && t < static_cast<int>(n); ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  if (error) std::rethrow_exception(error);
}

LabBuild::LabBuild(const Sources& sources, Toolchain& toolchain, const Manifest& lab)
    : sources_(sources), toolchain_(toolchain), lab_(lab) {}

// A source's own folder comes first, so that "../kernels/reduce.h" means what it means in the library.
std::vector<fs::path> LabBuild::beside(const fs::path& source) const {
  return {source.parent_path(), lab_.folder / "src"};
}

void LabBuild::prepare(int jobs) {
  const std::vector<fs::path> checks = sources_.check_sources(lab_);
  std::vector<fs::path> all = checks;
  for (const fs::path& given : sources_.given_sources(lab_)) all.push_back(given);
  std::vector<fs::path> objects(all.size());
  in_parallel(all.size(), jobs, [&](std::size_t i) {
    const Built built =
        toolchain_.compile(read_file(all[i]), fs::relative(all[i], lab_.folder).string(), beside(all[i]), {}, "", true);
    if (!built.good) throw std::runtime_error(all[i].string() + " does not compile:\n" + built.output);
    objects[i] = built.path;
  });
  const auto middle = objects.begin() + static_cast<std::ptrdiff_t>(checks.size());
  check_objects_.assign(objects.begin(), middle);
  given_objects_.assign(middle, objects.end());
}

Built LabBuild::compile(const std::string& file, const std::string& text, const std::vector<std::string>& flags,
                        const std::string& compiler) {
  return toolchain_.compile(text, file, beside(sources_.resolve(lab_, file)), flags, compiler);
}

Built LabBuild::link(const std::vector<fs::path>& objects, const Texts& library_files, const fs::path& out) {
  std::map<std::string, std::string> members;
  for (const Manifest& m : sources_.labs()) {
    for (const Hole& h : m.holes) {
      const bool replaced = library_files.count(h.file) > 0 && sources_.in_library(m, h.file);
      if (replaced && members.count(h.file) == 0) members[h.file] = sources_.symbol(m, h);
    }
  }
  return toolchain_.link(objects, toolchain_.archive_without(members), out);
}

LabProgram LabBuild::program(const Texts& student, const fs::path& out, const Texts& library,
                             const std::vector<std::string>& flags, const std::string& compiler) {
  LabProgram program;
  std::vector<fs::path> objects = check_objects_;
  objects.insert(objects.end(), given_objects_.begin(), given_objects_.end());
  Texts in_library = library;
  for (const auto& [file, text] : student) {
    const Built built = compile(file, text, flags, compiler);
    if (!built.good) return {false, "", file + " does not compile:\n" + built.output, {}};
    objects.push_back(built.path);
    if (sources_.in_library(lab_, file)) in_library[file] = text;
  }
  for (const auto& [file, text] : library) {
    if (student.count(file) > 0) continue;
    const fs::path source = sources_.root() / file;
    const Built built = toolchain_.compile(text, file, {source.parent_path()}, flags, compiler);
    if (!built.good) return {false, "", file + " does not compile:\n" + built.output, {}};
    objects.push_back(built.path);
  }
  const Built linked = link(objects, in_library, out);
  return {linked.good, linked.path, linked.output, {}};
}

// "undefined reference to `yhat::softmax(yhat::Tensor const&, long)'"
std::vector<std::string> LabBuild::missing_functions(const std::string& output) const {
  std::vector<std::string> missing;
  for (const Hole& h : lab_.holes) {
    const std::string symbol = sources_.symbol(lab_, h);
    for (const char* quote : {"`", "\"", "symbol: "}) {
      if (output.find(quote + symbol + "(") == std::string::npos) continue;
      missing.push_back(h.id);
      break;
    }
  }
  return missing;
}

LabProgram LabBuild::graded_program(const Texts& student, const fs::path& out) {
  LabProgram program;
  const std::vector<std::string> files = lab_.editable_files();
  std::map<std::string, fs::path> objects, starters;
  Texts in_library;
  const auto starter = [&](const std::string& file) {
    if (starters.count(file) == 0) {
      const Built built = compile(file, sources_.starter(lab_, file));
      if (!built.good) throw std::runtime_error("the starter does not compile:\n" + built.output);
      starters[file] = built.path;
    }
    return starters[file];
  };
  for (const std::string& file : files) {
    if (sources_.in_library(lab_, file)) in_library[file] = "";
    const auto text = student.find(file);
    if (text == student.end()) {
      objects[file] = starter(file);
      continue;
    }
    const Built built = compile(file, text->second);
    objects[file] = built.good ? built.path : starter(file);
    if (!built.good) program.problems.push_back({file, file + " does not compile.", built.output});
  }
  const auto try_link = [&] {
    std::vector<fs::path> all = check_objects_;
    all.insert(all.end(), given_objects_.begin(), given_objects_.end());
    for (const auto& [file, object] : objects) all.push_back(object);
    return link(all, in_library, out);
  };
  Built linked = try_link();
  if (!linked.good) {
    // Files that lack a function are replaced; if that is not what is wrong, each file is tried by itself.
    std::map<std::string, std::vector<std::string>> missing;
    for (const std::string& id : missing_functions(linked.output)) {
      missing[lab_.hole(id).file].push_back(lab_.hole(id).function);
    }
    for (const auto& [file, functions] : missing) {
      std::string words;
      for (const std::string& f : functions)
        words += (words.empty() ? "" : " ") + (f + " is missing from " + file + ".");
      program.problems.push_back({file, words, ""});
      objects[file] = starter(file);
    }
    linked = try_link();
  }
  if (!linked.good) {
    const std::map<std::string, fs::path> theirs = objects;
    for (const std::string& file : files) objects[file] = starter(file);
    for (const std::string& file : files) {
      if (theirs.at(file) == objects[file]) continue;
      const fs::path safe = std::exchange(objects[file], theirs.at(file));
      linked = try_link();
      if (linked.good) continue;
      program.problems.push_back({file, file + " does not link.", linked.output});
      objects[file] = safe;
    }
    linked = try_link();
  }
  program.good = linked.good;
  program.path = out;
  program.output = linked.output;
  return program;
}

LabProgram LabBuild::other_program(const fs::path& main_source, const Texts& student, const fs::path& out) {
  Texts in_library;
  std::vector<fs::path> objects = given_objects_;
  const Built main =
      toolchain_.compile(read_file(main_source), main_source.filename().string(), beside(main_source), {}, "", true);
  if (!main.good) return {false, "", main_source.string() + " does not compile:\n" + main.output, {}};
  objects.insert(objects.begin(), main.path);
  for (const auto& [file, text] : student) {
    const Built built = compile(file, text);
    if (!built.good) return {false, "", file + " does not compile:\n" + built.output, {}};
    objects.push_back(built.path);
    if (sources_.in_library(lab_, file)) in_library[file] = text;
  }
  const Built linked = link(objects, in_library, out);
  return {linked.good, linked.path, linked.output, {}};
}

}  // namespace yhat::labs
