// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Reference values for tests. The library that reads JSON is compiled once, in json.cpp: each file that includes it
/// takes seconds.
namespace yhat::test {

/// A value of a JSON document, which it keeps alive. What is not there, or is of another type, throws.
class Json {
 public:
  /// The document in a file; `path` from the top of the source tree.
  static Json read(const std::string& path);

  Json operator[](std::string_view key) const;
  Json operator[](std::size_t index) const;
  bool contains(std::string_view key) const;
  bool is_null() const;
  std::size_t size() const;
  /// The elements of an array.
  std::vector<Json> items() const;
  /// T is double, std::int64_t, bool, std::string, or a std::vector of the first two.
  template <class T>
  T get() const;
  std::string dump() const;

  friend bool operator==(const Json& value, std::string_view text) { return value.get<std::string>() == text; }

 private:
  explicit Json(std::shared_ptr<const void> value) : value_(std::move(value)) {}
  std::shared_ptr<const void> value_;
};

}  // namespace yhat::test
