// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bodies.h"
#include "manifest.h"

namespace yhat::labs {

/// The source tree seen through the manifests: what each file looks like for whom.
class Sources {
 public:
  /// `root` has the library's folders and labs/. Throws ManifestError.
  explicit Sources(fs::path root);

  const fs::path& root() const { return root_; }
  const std::vector<Manifest>& labs() const { return labs_; }
  /// "04" or "4". Throws ManifestError.
  const Manifest& lab(const std::string& number) const;

  /// "0.1" for version 0.1.0 of the library: what a handout asks for.
  std::string version() const;

  /// Where a hole's file lies: in the lab's src/, its folder, or below the root. Throws ManifestError.
  fs::path resolve(const Manifest& lab, const std::string& file) const;
  /// Whether the file is one of the library's, not the lab's own.
  bool in_library(const Manifest& lab, const std::string& file) const;
  /// The full name of a hole's function. Throws SourceError.
  std::string symbol(const Manifest& lab, const Hole& hole) const;

  /// As it is.
  std::string solution(const Manifest& lab, const std::string& file) const;
  /// As students of this lab get it: holes of this lab and of later ones are empty.
  std::string starter(const Manifest& lab, const std::string& file) const;
  /// The solution with other bodies for some holes.
  std::string with_bodies(const Manifest& lab, const std::string& file, const std::vector<BodyEdit>& edits) const;
  /// Library files in which holes of labs after this one lie, with those holes empty; by path from the root.
  std::map<std::string, std::string> later_emptied(const Manifest& lab) const;
  /// The lab's .cpp files in src/ without holes: given, compiled, not handed out.
  std::vector<fs::path> given_sources(const Manifest& lab) const;
  /// checks/*.cpp and hidden/*.cpp.
  std::vector<fs::path> check_sources(const Manifest& lab) const;

 private:
  struct Place {
    const Manifest* lab;
    const Hole* hole;
  };
  /// All holes of all labs in one file.
  std::vector<Place> holes_in(const fs::path& file) const;
  /// Empties the holes for which `empty` is true; removes the helpers that only their solutions use.
  std::string emptied_where(const fs::path& file, const std::string& shown_as,
                            const std::function<bool(const Place&)>& empty) const;

  fs::path root_;
  std::vector<Manifest> labs_;
};

}  // namespace yhat::labs
