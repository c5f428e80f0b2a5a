// SPDX-License-Identifier: MIT
#include "yhat/imagenet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "core/files/bytes.h"
#include "core/files/number_text.h"
#include "data/readers/folder.h"
#include "yhat/error.h"

namespace yhat {
namespace {

namespace fs = std::filesystem;
using files::in_quotes;

constexpr std::int64_t competition_classes = 1000;  // IDs above belong to ancestors
constexpr const char* hint_of_mapping =
    "hint: data/convert/meta_to_synsets.py makes the file from the devkit's meta.mat";

/// The lines of a text file, with "\n" or "\r\n" at their ends.
std::vector<std::string> lines_of(const files::Source& source) {
  const std::vector<std::byte> bytes = source.read_all();
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    at = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

bool is_wnid(const std::string& text) {
  return text.size() == 9 && text[0] == 'n' && text.find_first_not_of("0123456789", 1) == std::string::npos;
}

struct Entry {
  std::int64_t id = 0;
  std::string wnid, words;
};

Entry entry_of(const std::string& line) {
  Entry e;
  const std::size_t tab = line.find('\t');
  if (tab == std::string::npos) return {};
  const std::size_t second = std::min(line.find('\t', tab + 1), line.size());
  e.wnid = line.substr(tab + 1, second - tab - 1);
  if (second < line.size()) e.words = line.substr(second + 1);
  if (!files::parse_number(line.substr(0, tab), e.id) || e.id < 1 || !is_wnid(e.wnid)) return {};
  return e;
}

/// The first names of a list that is missing, and how many there are.
std::string some_of(const std::vector<std::string>& names) {
  std::string text = names[0];
  for (std::size_t i = 1; i < std::min<std::size_t>(names.size(), 3); ++i) text += ", " + names[i];
  return names.size() > 3 ? fmt::format("{} and {} more", text, names.size() - 3) : text;
}

}  // namespace

std::int64_t Synsets::class_of(const std::string& wnid) const {
  const auto found = std::lower_bound(wnids.begin(), wnids.end(), wnid);
  return found != wnids.end() && *found == wnid ? found - wnids.begin() : -1;
}

namespace {

Synsets read(const files::Source& source) {
  std::map<std::int64_t, Entry> by_id;
  std::map<std::string, std::size_t> seen;  // WNID -> line
  std::size_t number = 0;
  for (const std::string& line : lines_of(source)) {
    ++number;
    const Entry e = entry_of(line);
    if (e.id == 0) {
      source.fail(-1, fmt::format("line {} is {} (must be ID, tab, WNID such as n02119789); {}", number,
                                  in_quotes(line), hint_of_mapping));
    }
    if (e.id > competition_classes) continue;
    if (!by_id.emplace(e.id, e).second) source.fail(-1, fmt::format("line {}: ID {} again (each once)", number, e.id));
    if (const auto [at, fresh] = seen.emplace(e.wnid, number); !fresh) {
      source.fail(-1, fmt::format("line {}: {} again, as in line {} (each once)", number, e.wnid, at->second));
    }
  }
  if (by_id.empty()) source.fail(-1, "has no synset with an ID of 1 to 1000 (at least one)");
  std::int64_t expected = 1;
  for (const auto& [id, e] : by_id) {
    if (id != expected) {
      source.fail(-1, fmt::format("ID {} is missing (there are {} up to {}, none may be left out)", expected,
                                  by_id.size(), by_id.rbegin()->first));
    }
    ++expected;
  }
  Synsets s;
  s.path = source.path();
  for (const auto& [wnid, line] : seen) s.wnids.push_back(wnid);
  s.ids.resize(s.wnids.size());
  s.words.resize(s.wnids.size());
  for (const auto& [id, e] : by_id) {
    const std::int64_t c = s.class_of(e.wnid);
    s.by_id.push_back(c);
    s.ids[static_cast<std::size_t>(c)] = id;
    s.words[static_cast<std::size_t>(c)] = e.words;
  }
  if (s.size() == competition_classes && std::is_sorted(s.by_id.begin(), s.by_id.end())) {
    source.fail(-1, fmt::format("IDs 1 to 1000 follow the alphabet (the devkit's do not: its ID 1 is n02119789); {}",
                                hint_of_mapping));
  }
  return s;
}

}  // namespace

Synsets read_synsets(const std::string& path) { return read(files::Source("read_synsets", path)); }
Synsets parse_synsets(const std::string& text, const std::string& name) {
  return read(files::Source("read_synsets", std::as_bytes(std::span(text)), name));
}

std::vector<std::int64_t> read_ground_truth(const std::string& path, const Synsets& synsets) {
  const files::Source source("read_ground_truth", path);
  std::vector<std::int64_t> classes;
  for (const std::string& line : lines_of(source)) {
    std::int64_t id = 0;
    if (!files::parse_number(line, id) || id < 1 || id > synsets.size()) {
      source.fail(-1, fmt::format("line {} is {} (an ID of {}, 1 to {})", classes.size() + 1, in_quotes(line),
                                  synsets.path, synsets.size()));
    }
    classes.push_back(synsets.by_id[static_cast<std::size_t>(id - 1)]);
  }
  if (classes.empty()) source.fail(-1, "is empty (one ID per line)");
  return classes;
}

ImageList validation_pictures(const std::string& folder, const std::vector<std::int64_t>& labels,
                              const Synsets& synsets, const ImageNetOptions& options) {
  const std::string prefix = "ILSVRC2012_val_";
  const char* op = "validation_pictures";
  if (labels.empty()) throw ArgumentError(op, "0 labels (at least 1)");
  std::map<std::int64_t, std::string> found;  // number -> file name
  for (const std::string& name : files::names_in(op, folder, files::Kind::files)) {
    std::int64_t number = 0;
    if (!name.starts_with(prefix)) continue;
    const std::string digits = name.substr(prefix.size(), name.find('.') - prefix.size());
    if (digits.size() != 8 || !files::parse_number(digits, number) || number < 1) continue;
    if (number > static_cast<std::int64_t>(labels.size())) {
      throw FormatError(op, (fs::path(folder) / name).string(), -1,
                        fmt::format("has no line in the ground truth ({} lines)", labels.size()));
    }
    const auto [at, fresh] = found.emplace(number, name);
    if (!fresh) {
      throw FormatError(op, folder, -1,
                        fmt::format("has {} and {} (one file per picture)", in_quotes(at->second), in_quotes(name)));
    }
  }
  ImageList list;
  list.classes = synsets.wnids;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i + 1);
    const auto at = found.find(number);
    if (at != found.end()) {
      list.items.push_back({(fs::path(folder) / at->second).string(), labels[i]});
    } else {
      missing.push_back(fmt::format("{}{:08}", prefix, number));
    }
  }
  if (list.items.empty() || (!missing.empty() && !options.partial)) {
    throw IoError(op, folder, ENOENT,
                  fmt::format("lacks {} of {} pictures: {}; hint: partial (--partial) takes those that are there",
                              missing.size(), labels.size(), some_of(missing)));
  }
  return list;
}

ImageList synset_pictures(const std::string& folder, const Synsets& synsets, const ImageNetOptions& options) {
  const char* op = "synset_pictures";
  if (synsets.wnids.empty()) throw ArgumentError(op, "0 synsets (at least 1)");
  ImageList list;
  list.classes = synsets.wnids;
  std::vector<bool> has_pictures(synsets.wnids.size());
  for (const std::string& wnid : files::names_in(op, folder, files::Kind::folders)) {
    const std::int64_t label = synsets.class_of(wnid);
    const fs::path inside = fs::path(folder) / wnid;
    if (label < 0) {
      throw FormatError(op, inside.string(), -1,
                        fmt::format("is none of the {} synsets of {}", synsets.size(), synsets.path));
    }
    for (const std::string& name : files::names_in(op, inside.string(), files::Kind::files)) {
      list.items.push_back({(inside / name).string(), label});
      has_pictures[static_cast<std::size_t>(label)] = true;
    }
  }
  std::vector<std::string> missing;
  for (std::size_t c = 0; c < has_pictures.size(); ++c) {
    if (!has_pictures[c]) missing.push_back(synsets.wnids[c]);
  }
  if (list.items.empty() || (!missing.empty() && !options.partial)) {
    throw IoError(
        op, folder, ENOENT,
        fmt::format("has no pictures for {} of {} synsets: {}; hint: partial (--partial) takes those that are there",
                    missing.size(), synsets.size(), some_of(missing)));
  }
  return list;
}

}  // namespace yhat
