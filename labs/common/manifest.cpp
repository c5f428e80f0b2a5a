// SPDX-License-Identifier: MIT
#include "manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "json.h"

namespace yhat::labs {
namespace {

/// A JSON value with the path that messages name it by.
class Value {
 public:
  Value(const Json& json, std::string file, std::string path = "")
      : json_(json), file_(std::move(file)), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw ManifestError(fmt::format("{}: {}: {}", file_, path_.empty() ? "/" : path_, what));
  }
  void only_keys(const std::set<std::string>& known) const {
    if (!json_.is_object()) fail("must be an object");
    for (const auto& [key, value] : json_.items()) {
      if (known.count(key) == 0) Value(value, file_, path_ + "/" + key).fail("unknown key");
    }
  }
  bool has(const char* key) const { return json_.is_object() && json_.contains(key); }
  Value at(const char* key) const {
    if (!has(key)) fail(fmt::format("lacks \"{}\"", key));
    return {json_.at(key), file_, path_ + "/" + key};
  }
  std::vector<Value> items() const {
    if (!json_.is_array()) fail("must be an array");
    std::vector<Value> values;
    for (std::size_t i = 0; i < json_.size(); ++i) values.push_back({json_[i], file_, fmt::format("{}/{}", path_, i)});
    return values;
  }
  std::vector<std::pair<std::string, Value>> members() const {
    if (!json_.is_object()) fail("must be an object");
    std::vector<std::pair<std::string, Value>> values;
    for (const auto& [key, value] : json_.items()) values.emplace_back(key, Value(value, file_, path_ + "/" + key));
    return values;
  }
  std::string text() const {
    if (!json_.is_string()) fail("must be text");
    return json_.get<std::string>();
  }
  double number() const {
    if (!json_.is_number()) fail("must be a number");
    return json_.get<double>();
  }
  int integer() const {
    if (!json_.is_number_integer()) fail("must be an integer");
    return json_.get<int>();
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> list;
    for (const Value& item : items()) list.push_back(item.text());
    return list;
  }
  std::string text_or(const char* key, std::string otherwise = "") const {
    return has(key) ? at(key).text() : std::move(otherwise);
  }
  std::vector<std::string> texts_or_none(const char* key) const {
    return has(key) ? at(key).texts() : std::vector<std::string>{};
  }
  /// A text, or lines.
  std::string body() const { return json_.is_array() ? joined(texts(), "\n") : text(); }
  const Json& json() const { return json_; }

 private:
  const Json& json_;
  std::string file_, path_;
};

/// `body`, or what `body_file` contains.
std::string body_in(const Value& v, const fs::path& folder) {
  if (v.has("body") == v.has("body_file")) v.fail("needs either \"body\" or \"body_file\"");
  if (v.has("body")) return v.at("body").body();
  const Value file = v.at("body_file");
  if (!fs::is_regular_file(folder / file.text())) file.fail("no file " + file.text());
  return read_file(folder / file.text());
}

void unique(std::set<std::string>& seen, const Value& v, const std::string& id) {
  std::string key = id;
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!seen.insert(key).second) v.fail("\"" + id + "\" is there twice");
}

class ManifestReader {
 public:
  ManifestReader(const Json& json, const fs::path& path, fs::path folder) : root_(json, path.string()) {
    m_.path = path;
    m_.folder = std::move(folder);
  }

  Manifest run() {
    root_.only_keys({"schema", "lab", "title", "points", "minutes", "holes", "remove", "checks", "messages", "mutants",
                     "accept", "predict", "hints", "demo"});
    if (root_.at("schema").integer() != 1) root_.at("schema").fail("must be 1");
    m_.lab = root_.at("lab").text();
    m_.title = root_.at("title").text();
    m_.points = root_.at("points").number();
    m_.minutes = root_.has("minutes") ? root_.at("minutes").integer() : 0;
    m_.demo = root_.text_or("demo");
    messages();
    for (const Value& v : root_.at("holes").items()) hole(v);
    if (root_.has("remove")) {
      for (const Value& v : root_.at("remove").items()) {
        v.only_keys({"file", "names"});
        m_.remove.push_back({v.at("file").text(), v.at("names").texts()});
      }
    }
    for (const Value& v : root_.at("checks").items()) check_ids_.insert(v.at("id").text());
    for (const Value& v : root_.at("checks").items()) check(v);
    double sum = 0;
    for (const Check& c : m_.checks) sum += c.points;
    if (std::abs(sum - m_.points) > 1e-9) {
      root_.at("points").fail(fmt::format("is {}, the checks sum to {}", m_.points, sum));
    }
    variants("mutants", m_.mutants, true);
    variants("accept", m_.accept, false);
    prediction();
    if (root_.has("hints")) {
      for (const auto& [id, v] : root_.at("hints").members()) {
        known_check(v, id);
        m_.hints[id] = v.texts();
      }
    }
    return std::move(m_);
  }

 private:
  void known_check(const Value& v, const std::string& id) const {
    if (check_ids_.count(id) == 0) v.fail("no check \"" + id + "\"");
  }
  void known_hole(const Value& v, const std::string& id) const {
    if (hole_ids_.count(id) == 0) v.fail("no hole \"" + id + "\"");
  }
  void known_message(const Value& v, const std::string& id) const {
    if (m_.messages.count(id) == 0) v.fail("no message \"" + id + "\"");
  }

  void messages() {
    if (!root_.has("messages")) return;
    for (const auto& [id, v] : root_.at("messages").members()) m_.messages[id] = v.text();
  }

  void hole(const Value& v) {
    v.only_keys({"id", "file", "function", "signature", "todo", "remove", "starter_body", "symbol"});
    Hole h;
    h.id = v.at("id").text();
    h.file = v.at("file").text();
    h.function = v.at("function").text();
    h.signature = v.text_or("signature");
    h.todo = v.text_or("todo");
    h.symbol = v.text_or("symbol");
    h.remove = v.texts_or_none("remove");
    const fs::path file(h.file);
    if (file.is_absolute() || h.file.find("..") != std::string::npos) v.at("file").fail("must lie in the source tree");
    if (h.todo.find('\n') != std::string::npos) v.at("todo").fail("must be one line");
    if (v.has("starter_body")) {
      const Value given = v.at("starter_body");
      h.starter_body = given.json().is_object() ? body_in(given, m_.folder) : given.body();
    }
    if (!hole_ids_.insert(h.id).second) v.at("id").fail("\"" + h.id + "\" is there twice");
    m_.holes.push_back(std::move(h));
  }

  void check(const Value& v) {
    v.only_keys({"id", "name", "points", "holes", "requires", "visibility", "detail", "tags", "seconds", "memory_mib",
                 "stack_kib", "on_timeout", "on_crash"});
    Check c;
    c.id = v.at("id").text();
    c.name = v.at("name").text();
    unique(seen_checks_, v.at("id"), c.id);
    unique(seen_names_, v.at("name"), c.name);
    constexpr const char* allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .+-";
    if (c.name.empty() || c.name.find_first_not_of(allowed) != std::string::npos) {
      v.at("name").fail("may contain letters, digits, blanks, \".\", \"+\" and \"-\" only (doctest's filters)");
    }
    if (!c.name.starts_with(c.id + " ")) v.at("name").fail("must begin with \"" + c.id + " \"");
    c.points = v.at("points").number();
    if (!(c.points >= 0)) v.at("points").fail("must be >= 0");
    c.holes = v.texts_or_none("holes");
    for (const std::string& id : c.holes) known_hole(v.at("holes"), id);
    c.requires_ids = v.texts_or_none("requires");
    for (const std::string& id : c.requires_ids) known_check(v.at("requires"), id);
    c.tags = v.texts_or_none("tags");
    c.visibility = one_of(v, "visibility", {"visible", "hidden", "after_due_date", "after_published"});
    c.detail = one_of(v, "detail", {"full", "no-expected", "verdict"});
    if (v.has("seconds")) c.seconds = positive(v.at("seconds"));
    if (v.has("memory_mib")) c.memory_mib = static_cast<int>(positive(v.at("memory_mib")));
    if (v.has("stack_kib")) c.stack_kib = static_cast<int>(positive(v.at("stack_kib")));
    c.on_timeout = v.text_or("on_timeout");
    c.on_crash = v.text_or("on_crash");
    if (!c.on_timeout.empty()) known_message(v.at("on_timeout"), c.on_timeout);
    if (!c.on_crash.empty()) known_message(v.at("on_crash"), c.on_crash);
    m_.checks.push_back(std::move(c));
  }

  static double positive(const Value& v) {
    if (!(v.number() > 0)) v.fail("must be > 0");
    return v.number();
  }
  static std::string one_of(const Value& v, const char* key, const std::vector<std::string>& allowed) {
    const std::string text = v.text_or(key, allowed[0]);
    if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
      v.at(key).fail("must be one of " + joined(allowed));
    }
    return text;
  }

  void variants(const char* key, std::vector<Variant>& into, bool mutants) {
    if (!root_.has(key)) return;
    std::set<std::string> seen;
    for (const Value& v : root_.at(key).items()) {
      std::set<std::string> known = {"id", "hole", "body", "body_file", "edits"};
      if (mutants) known.insert({"message", "must_fail", "may_fail"});
      v.only_keys(known);
      Variant variant;
      variant.id = v.at("id").text();
      unique(seen, v.at("id"), variant.id);
      if (v.has("edits") == v.has("hole")) v.fail("needs either \"hole\" or \"edits\"");
      for (const Value& e : v.has("edits") ? v.at("edits").items() : std::vector<Value>{v}) {
        if (v.has("edits")) e.only_keys({"hole", "body", "body_file"});
        known_hole(e.at("hole"), e.at("hole").text());
        variant.edits.push_back({e.at("hole").text(), body_in(e, m_.folder)});
      }
      if (mutants) failures(v, variant);
      into.push_back(std::move(variant));
    }
  }

  void failures(const Value& v, Variant& variant) {
    variant.message = v.at("message").text();
    if (!is_diagnosis(variant.message)) known_message(v.at("message"), variant.message);
    variant.must_fail = v.at("must_fail").texts();
    variant.may_fail = v.texts_or_none("may_fail");
    if (variant.must_fail.empty()) v.at("must_fail").fail("must name a check");
    for (const std::string& id : variant.must_fail) known_check(v.at("must_fail"), id);
    for (const std::string& id : variant.may_fail) known_check(v.at("may_fail"), id);
  }

  void prediction() {
    if (!root_.has("predict")) return;
    const Value v = root_.at("predict");
    v.only_keys({"question", "answers"});
    m_.question = v.at("question").text();
    for (const auto& [name, a] : v.at("answers").members()) {
      a.only_keys({"value", "tol"});
      Answer answer{name, "", {}, a.has("tol") ? a.at("tol").number() : 0};
      if (a.has("value")) {
        const Json& value = a.at("value").json();
        if (value.is_number()) answer.number = value.get<double>();
        answer.value = value.is_string() ? value.get<std::string>() : value.dump();
      }
      m_.answers.push_back(std::move(answer));
    }
  }

  Value root_;
  Manifest m_;
  std::set<std::string> hole_ids_, check_ids_, seen_checks_, seen_names_;
};

Json parsed(const std::string& text, const fs::path& path) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw ManifestError(fmt::format("{}: no JSON: {}", path.string(), error.what()));
  }
}

}  // namespace

bool is_diagnosis(const std::string& id) {
  static const std::set<std::string> known = {"not_finite",  "zero",          "upstream_ignored", "sign",    "scaled",
                                              "not_summed",  "wrong_shape",   "transposed",       "partial", "unknown",
                                              "overwritten", "diagonal_only", "vacuous"};
  return known.count(id) > 0;
}

const Hole& Manifest::hole(const std::string& id) const {
  for (const Hole& h : holes) {
    if (h.id == id) return h;
  }
  throw ManifestError(path.string() + ": no hole \"" + id + "\"");
}

const Check* Manifest::check(const std::string& id) const {
  for (const Check& c : checks) {
    if (c.id == id) return &c;
  }
  return nullptr;
}

std::vector<std::string> Manifest::editable_files() const {
  std::vector<std::string> files;
  for (const Hole& h : holes) {
    if (std::find(files.begin(), files.end(), h.file) == files.end()) files.push_back(h.file);
  }
  return files;
}

Manifest parse_manifest(const std::string& text, const fs::path& path, const fs::path& folder) {
  const Json json = parsed(text, path);
  return ManifestReader(json, path, folder).run();
}

Manifest read_manifest(const fs::path& path) { return parse_manifest(read_file(path), path, path.parent_path()); }

std::string public_manifest(const Manifest& manifest, const std::map<std::string, std::string>& symbols) {
  Json json = parsed(read_file(manifest.path), manifest.path);
  for (const char* key : {"mutants", "accept", "remove"}) json.erase(key);
  for (Json& hole : json["holes"]) {
    hole.erase("starter_body");
    hole.erase("remove");
    const auto symbol = symbols.find(hole["id"].get<std::string>());
    if (symbol != symbols.end()) hole["symbol"] = symbol->second;
  }
  Json shown = Json::array();
  double hidden = 0;
  std::set<std::string> hidden_ids;
  for (const Json& check : json["checks"]) {
    if (check.value("visibility", "visible") == "visible") {
      shown.push_back(check);
    } else {
      hidden += check["points"].get<double>();
      hidden_ids.insert(check["id"].get<std::string>());
    }
  }
  for (Json& check : shown) {
    if (!check.contains("requires")) continue;
    Json kept = Json::array();
    for (const Json& id : check["requires"]) {
      if (hidden_ids.count(id.get<std::string>()) == 0) kept.push_back(id);
    }
    check["requires"] = kept;
  }
  json["checks"] = shown;
  json["points"] = manifest.points - hidden;
  if (json.contains("hints")) {
    for (const std::string& id : hidden_ids) json["hints"].erase(id);
  }
  if (json.contains("predict")) {
    for (auto& [name, answer] : json["predict"]["answers"].items()) answer = Json::object();
  }
  return json.dump(2) + "\n";
}

std::vector<Manifest> read_all_manifests(const fs::path& labs) {
  std::vector<Manifest> all;
  for (const auto& entry : fs::directory_iterator(labs)) {
    if (fs::is_regular_file(entry.path() / "lab.json")) all.push_back(read_manifest(entry.path() / "lab.json"));
  }
  std::sort(all.begin(), all.end(), [](const Manifest& a, const Manifest& b) { return a.lab < b.lab; });
  return all;
}

fs::path lab_folder(const fs::path& labs, const std::string& number) {
  const std::string wanted = number.size() == 1 ? "0" + number : number;
  if (fs::is_directory(labs)) {
    for (const auto& entry : fs::directory_iterator(labs)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(wanted + "-") && fs::exists(entry.path() / "lab.json")) return entry.path();
    }
  }
  throw ManifestError(labs.string() + ": no lab " + wanted);
}

}  // namespace yhat::labs
