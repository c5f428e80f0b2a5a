// SPDX-License-Identifier: MIT
// The only file of core that knows the JSON library. The header is read event by event: the library's own documents
// keep the last of two equal keys without a word.
#include "core/files/safetensors_header.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <unordered_set>

#include "yhat/error.h"

namespace yhat::files {
namespace {

using nlohmann::json;

/// Takes the events of {"__metadata__": {text: text}, name: {"dtype": text, "shape": [n...], "data_offsets": [n, n]}}.
/// A handler that returns false ends the parse; `problem` then says why.
class HeaderReader : public nlohmann::json_sax<json> {
 public:
  SafetensorsHeader header;
  std::string problem;
  std::size_t problem_at = 0;  // of a syntax error, counted from 1

  bool start_object(std::size_t) override {
    if (depth_ == 0 && !in_array_) return ++depth_, true;
    if (depth_ != 1 || in_array_) return unexpected("an object");
    ++depth_;
    members_.clear();
    if (!in_metadata_) header.entries.push_back({name_, {}, {}, 0, 0});
    return true;
  }
  bool end_object() override {
    if (--depth_ == 0 || in_metadata_) return in_metadata_ = false, true;
    for (const char* member : {"dtype", "shape", "data_offsets"}) {
      if (members_.count(member) == 0) return stop(fmt::format("{} has no {}", in_quotes(name_), member));
    }
    return true;
  }
  bool key(std::string& text) override {
    if (depth_ == 1) {
      if (!names_.insert(text).second) return stop(fmt::format("{} is there twice (each name once)", in_quotes(text)));
      name_ = text;
      in_metadata_ = text == "__metadata__";
      return true;
    }
    member_ = text;
    if (!members_.insert(text).second) {
      return stop(fmt::format("{} has {} twice (each once)", in_quotes(name_), in_quotes(text)));
    }
    if (in_metadata_ || text == "dtype" || text == "shape" || text == "data_offsets") return true;
    return stop(fmt::format("{} has the member {} (dtype, shape, data_offsets)", in_quotes(name_), in_quotes(text)));
  }
  bool start_array(std::size_t) override {
    if (depth_ != 2 || in_array_ || in_metadata_ || member_ == "dtype") return unexpected("an array");
    in_array_ = true;
    offsets_ = 0;
    return true;
  }
  bool end_array() override {
    in_array_ = false;
    if (member_ == "shape" || offsets_ == 2) return true;
    return stop(fmt::format("{} has {} data_offsets (must be 2)", in_quotes(name_), offsets_));
  }
  bool number_unsigned(std::uint64_t value) override {
    if (!in_array_) return unexpected("a number");
    TensorEntry& entry = header.entries.back();
    if (member_ == "shape") {
      entry.shape.push_back(value);
    } else if (++offsets_ <= 2) {
      (offsets_ == 1 ? entry.begin : entry.end) = value;
    }
    return true;
  }
  bool string(std::string& text) override {
    if (depth_ != 2 || in_array_ || (!in_metadata_ && member_ != "dtype")) return unexpected("a text");
    if (in_metadata_) {
      header.metadata.emplace_back(member_, text);
    } else {
      header.entries.back().dtype = text;
    }
    return true;
  }
  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a truth value"); }
  bool number_integer(std::int64_t value) override { return unexpected(fmt::format("the number {}", value)); }
  bool number_float(double, const std::string& text) override { return unexpected("the number " + in_quotes(text)); }
  bool binary(json::binary_t&) override { return unexpected("binary data"); }
  bool parse_error(std::size_t at, const std::string& token, const nlohmann::detail::exception&) override {
    problem_at = at;
    return stop(fmt::format("not JSON at {}", in_quotes(token)));
  }

 private:
  bool stop(std::string text) {
    problem = std::move(text);
    return false;
  }
  bool unexpected(const std::string& what) {
    if (depth_ == 0) return stop(fmt::format("the header is {} (must be an object)", what));
    if (depth_ == 1) return stop(fmt::format("{} is {} (must be an object)", in_quotes(name_), what));
    const char* wanted = in_metadata_         ? "a text"
                         : member_ == "dtype" ? "a text"
                         : member_ == "shape" ? "a list of sizes >= 0 below 2^64"
                                              : "two offsets >= 0 below 2^64";
    return stop(fmt::format("{}: {} has {} (must be {})", in_quotes(name_), in_quotes(member_), what, wanted));
  }

  int depth_ = 0;  // of objects
  bool in_array_ = false;
  bool in_metadata_ = false;
  int offsets_ = 0;
  std::string name_;
  std::string member_;
  std::unordered_set<std::string> names_;
  std::unordered_set<std::string> members_;
};

std::string json_text(const char* op, const std::string& text) {
  try {
    return json(text).dump();
  } catch (const json::exception&) {
    throw ArgumentError(op, fmt::format("{} is not valid UTF-8 (names and metadata must be)", in_quotes(text)));
  }
}

}  // namespace

SafetensorsHeader parse_header(const Source& source, std::string_view text) {
  // The library takes a byte 0 for the end of the text and skips a byte order mark before it.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    source.fail(static_cast<std::int64_t>(8 + zero), "the header has a byte 0 (must be JSON)");
  }
  if (!text.starts_with('{')) source.fail(8, "the header does not begin with '{' (must be a JSON object)");
  const std::size_t last = text.find_last_not_of(' ');
  if (text[last] != '}') {
    source.fail(static_cast<std::int64_t>(8 + last), "the header does not end with '}' (only blanks may follow)");
  }
  HeaderReader reader;
  bool good = false;
  try {
    good = json::sax_parse(text.begin(), text.end(), &reader);
  } catch (const json::exception& e) {
    reader.problem = e.what();
  }
  if (!good) {
    const std::size_t at = reader.problem_at > 0 ? reader.problem_at - 1 : 0;
    source.fail(static_cast<std::int64_t>(8 + at), reader.problem);
  }
  return std::move(reader.header);
}

std::string header_text(const char* op, const SafetensorsHeader& header) {
  std::string text = "{\"__metadata__\":{";
  const char* comma = "";
  for (const auto& [key, value] : header.metadata) {
    text += fmt::format("{}{}:{}", comma, json_text(op, key), json_text(op, value));
    comma = ",";
  }
  text += "}";
  for (const TensorEntry& entry : header.entries) {
    text += fmt::format(",{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", json_text(op, entry.name),
                        entry.dtype, fmt::join(entry.shape, ","), entry.begin, entry.end);
  }
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace yhat::files
