// SPDX-License-Identifier: MIT
#include "sources.h"

#include <algorithm>
#include <set>

namespace yhat::labs {

Sources::Sources(fs::path root) : root_(std::move(root)), labs_(read_all_manifests(root_ / "labs")) {}

const Manifest& Sources::lab(const std::string& number) const {
  const std::string wanted = number.size() == 1 ? "0" + number : number;
  for (const Manifest& m : labs_) {
    if (m.lab == wanted) return m;
  }
  throw ManifestError((root_ / "labs").string() + ": no lab " + wanted);
}

std::string Sources::version() const {
  const std::string text = read_file(root_ / "core/yhat/version.h");
  const std::string mark = "#define YHAT_VERSION \"";
  const std::size_t at = text.find(mark) + mark.size();
  return text.substr(at, text.find('.', text.find('.', at) + 1) - at);
}

fs::path Sources::resolve(const Manifest& lab, const std::string& file) const {
  for (const fs::path& folder : {lab.folder / "src", lab.folder, root_}) {
    if (fs::is_regular_file(folder / file)) return (folder / file).lexically_normal();
  }
  throw ManifestError(lab.path.string() + ": no file " + file + " in src/ or in the source tree");
}

bool Sources::in_library(const Manifest& lab, const std::string& file) const {
  return resolve(lab, file) == (root_ / file).lexically_normal();
}

std::string Sources::symbol(const Manifest& lab, const Hole& hole) const {
  return find_function(read_file(resolve(lab, hole.file)), hole.file, hole.function, hole.signature).name;
}

std::vector<Sources::Place> Sources::holes_in(const fs::path& file) const {
  std::vector<Place> places;
  for (const Manifest& m : labs_) {
    for (const Hole& h : m.holes) {
      if (resolve(m, h.file) == file) places.push_back({&m, &h});
    }
  }
  return places;
}

std::string Sources::emptied_where(const fs::path& file, const std::string& shown_as,
                                   const std::function<bool(const Place&)>& empty) const {
  const std::string source = read_file(file);
  std::vector<Splice> splices;
  std::set<std::size_t> done;
  const auto remove = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      for (Splice& s : removed(source, shown_as, name)) {
        if (done.insert(s.begin).second) splices.push_back(std::move(s));
      }
    }
  };
  bool todo = false;
  for (const Place& place : holes_in(file)) {
    if (!empty(place)) continue;
    const Hole& h = *place.hole;
    const Declaration d = find_function(source, shown_as, h.function, h.signature);
    if (!done.insert(d.open).second) continue;  // two labs ask for the same function
    splices.push_back(h.starter_body ? replaced(source, d, *h.starter_body) : emptied(source, d, h.id, h.todo));
    todo = todo || !h.starter_body;
    remove(h.remove);
    for (const FileRemoval& r : place.lab->remove) {
      if (resolve(*place.lab, r.file) == file) remove(r.names);
    }
  }
  if (todo) splices.push_back(todo_include(source, shown_as));
  return spliced(source, std::move(splices));
}

std::string Sources::solution(const Manifest& lab, const std::string& file) const {
  return read_file(resolve(lab, file));
}

std::string Sources::starter(const Manifest& lab, const std::string& file) const {
  return emptied_where(resolve(lab, file), file, [&](const Place& place) { return place.lab->lab >= lab.lab; });
}

std::string Sources::with_bodies(const Manifest& lab, const std::string& file,
                                 const std::vector<BodyEdit>& edits) const {
  const std::string source = solution(lab, file);
  std::vector<Splice> splices;
  for (const BodyEdit& edit : edits) {
    const Hole& h = lab.hole(edit.hole);
    if (h.file != file) continue;
    splices.push_back(replaced(source, find_function(source, file, h.function, h.signature), edit.body));
  }
  return spliced(source, std::move(splices));
}

std::map<std::string, std::string> Sources::later_emptied(const Manifest& lab) const {
  std::map<std::string, std::string> files;
  for (const Manifest& m : labs_) {
    if (m.lab <= lab.lab) continue;
    for (const std::string& file : m.editable_files()) {
      if (!in_library(m, file) || files.count(file) > 0) continue;
      files[file] = emptied_where(resolve(m, file), file, [&](const Place& place) { return place.lab->lab > lab.lab; });
    }
  }
  return files;
}

std::vector<fs::path> Sources::given_sources(const Manifest& lab) const {
  std::set<fs::path> editable;
  for (const std::string& file : lab.editable_files()) editable.insert(resolve(lab, file));
  std::vector<fs::path> given;
  for (const fs::path& file : files_below(lab.folder / "src")) {
    const fs::path path = (lab.folder / "src" / file).lexically_normal();
    if (path.extension() == ".cpp" && editable.count(path) == 0) given.push_back(path);
  }
  return given;
}

std::vector<fs::path> Sources::check_sources(const Manifest& lab) const {
  std::vector<fs::path> sources;
  for (const char* folder : {"checks", "hidden"}) {
    for (const fs::path& file : files_below(lab.folder / folder)) {
      if (file.extension() == ".cpp") sources.push_back(lab.folder / folder / file);
    }
  }
  return sources;
}

}  // namespace yhat::labs
