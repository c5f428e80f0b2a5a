// SPDX-License-Identifier: MIT
#include "json.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace yhat::test {
namespace {

using nlohmann::json;

const json& of(const std::shared_ptr<const void>& value) { return *static_cast<const json*>(value.get()); }
/// A part of a document, which lives as long as the document.
std::shared_ptr<const void> part(const std::shared_ptr<const void>& whole, const json& value) {
  return {whole, &value};
}

}  // namespace

Json Json::read(const std::string& path) {
  std::ifstream file(YHAT_TEST_SOURCE_DIR "/" + path);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  return Json(std::make_shared<const json>(json::parse(file)));
}

Json Json::operator[](std::string_view key) const { return Json(part(value_, of(value_).at(std::string(key)))); }
Json Json::operator[](std::size_t index) const { return Json(part(value_, of(value_).at(index))); }
bool Json::contains(std::string_view key) const { return of(value_).contains(std::string(key)); }
bool Json::is_null() const { return of(value_).is_null(); }
std::size_t Json::size() const { return of(value_).size(); }
std::string Json::dump() const { return of(value_).dump(); }

std::vector<Json> Json::items() const {
  std::vector<Json> all;
  for (const json& value : of(value_)) all.push_back(Json(part(value_, value)));
  return all;
}

template <class T>
T Json::get() const {
  return of(value_).get<T>();
}
template double Json::get<double>() const;
template std::int64_t Json::get<std::int64_t>() const;
template bool Json::get<bool>() const;
template std::string Json::get<std::string>() const;
template std::vector<double> Json::get<std::vector<double>>() const;
template std::vector<std::int64_t> Json::get<std::vector<std::int64_t>>() const;

}  // namespace yhat::test
