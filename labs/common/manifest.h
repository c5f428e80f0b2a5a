// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "files.h"

namespace yhat::labs {

/// A manifest that is wrong; what() is "file: /json/path: what was wrong".
class ManifestError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A body that the student writes.
struct Hole {
  std::string id, file, function, signature, todo;
  std::vector<std::string> remove;          ///< helpers in the same file that only the solution uses
  std::optional<std::string> starter_body;  ///< given, broken code instead of the TODO
  std::string symbol;                       ///< the full name, "yhat::softmax"; only in manifests handed out
};

struct Check {
  std::string id, name;
  double points = 0;
  std::vector<std::string> holes, requires_ids, tags;
  std::string visibility = "visible";
  std::string detail = "full";
  double seconds = 20;
  int memory_mib = 1024, stack_kib = 8192;
  std::string on_timeout, on_crash;  ///< ids of messages
};

/// One hole's other body.
struct BodyEdit {
  std::string hole, body;
};

/// A known mistake (mutant), or another correct solution (accept).
struct Variant {
  std::string id;
  std::vector<BodyEdit> edits;
  std::string message;  ///< of a mutant: an id of `messages`, or a diagnosis
  std::vector<std::string> must_fail, may_fail;
};

/// What the student predicts before running the demo.
struct Answer {
  std::string name, value;  ///< the value as text
  std::optional<double> number;
  double tolerance = 0;
};

struct FileRemoval {
  std::string file;
  std::vector<std::string> names;
};

struct Manifest {
  fs::path folder;  ///< that it lies in
  fs::path path;
  std::string lab, title;
  double points = 0;
  int minutes = 0;
  std::vector<Hole> holes;
  std::vector<FileRemoval> remove;
  std::vector<Check> checks;
  std::map<std::string, std::string> messages;
  std::vector<Variant> mutants, accept;
  std::string question;
  std::vector<Answer> answers;
  std::map<std::string, std::vector<std::string>> hints;
  std::string demo;

  const Hole& hole(const std::string& id) const;
  const Check* check(const std::string& id) const;  ///< null if there is none
  /// The files with holes, each once, in the order of the holes.
  std::vector<std::string> editable_files() const;
};

/// Reads and validates a manifest. Throws ManifestError for unknown keys, wrong types, repeated ids, references to
/// nothing, and points that do not sum up.
Manifest read_manifest(const fs::path& path);
/// The same from text, for tests; body files are looked for in `folder`.
Manifest parse_manifest(const std::string& text, const fs::path& path, const fs::path& folder);
/// What is handed out: without mutants, alternatives, answers, hidden checks and given bodies; with each hole's symbol.
std::string public_manifest(const Manifest& manifest, const std::map<std::string, std::string>& symbols);

/// All manifests below labs/, in order of their numbers.
std::vector<Manifest> read_all_manifests(const fs::path& labs);
/// labs/04-softmax for "04" or "4". Throws ManifestError.
fs::path lab_folder(const fs::path& labs, const std::string& number);

/// The diagnoses that a mutant's `message` may name beside the ids of `messages`.
bool is_diagnosis(const std::string& id);

}  // namespace yhat::labs
