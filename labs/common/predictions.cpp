// SPDX-License-Identifier: MIT
#include "predictions.h"

#include <cmath>
#include <cstdlib>

#include "json.h"

namespace yhat::labs {

std::map<std::string, std::string> measured_in(const std::string& output) {
  constexpr std::string_view mark = "measured ";
  std::map<std::string, std::string> values;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string line = output.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = line.find(" = ");
    if (!line.starts_with(mark) || equals == std::string::npos) continue;
    values[line.substr(mark.size(), equals - mark.size())] = trim(line.substr(equals + 3));
  }
  return values;
}

bool agrees(const Answer& answer, const std::string& measured) {
  if (!answer.number) return trim(answer.value) == trim(measured);
  char* end = nullptr;
  const double value = std::strtod(measured.c_str(), &end);
  return end != measured.c_str() && std::abs(value - *answer.number) <= answer.tolerance + 1e-12;
}

std::string empty_predictions(const Manifest& manifest) {
  Json json;
  json["question"] = manifest.question;
  json["predictions"] = Json::object();
  for (const Answer& a : manifest.answers) json["predictions"][a.name] = nullptr;
  return json.dump(2) + "\n";
}

std::map<std::string, std::string> read_predictions(const Manifest& manifest, const std::string& text,
                                                    std::string& problem) {
  std::map<std::string, std::string> values;
  for (const Answer& a : manifest.answers) values[a.name] = "";
  try {
    const ForeignJson given = ForeignJson::parse(text).at("predictions");
    for (auto& [name, value] : values) {
      if (!given.contains(name) || given.at(name).is_null()) continue;
      value = given.at(name).is_string() ? trim(given.at(name).get<std::string>()) : given.at(name).dump();
    }
  } catch (const ForeignJson::exception& error) {
    problem = std::string("predictions.json cannot be read: ") + error.what();
  }
  return values;
}

}  // namespace yhat::labs
