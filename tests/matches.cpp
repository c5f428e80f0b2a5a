// SPDX-License-Identifier: MIT
#include "matches.h"

#include <map>
#include <regex>

namespace yhat::test {
namespace {

const std::regex& compiled(const std::string& pattern) {
  static std::map<std::string, std::regex> known;  // translating a pattern takes longer than most searches
  return known.try_emplace(pattern, pattern).first->second;
}

Match groups(const std::smatch& match) { return {match.begin(), match.end()}; }

}  // namespace

std::vector<Match> matches(const std::string& text, const std::string& pattern) {
  std::vector<Match> all;
  for (std::sregex_iterator it(text.begin(), text.end(), compiled(pattern)), end; it != end; ++it) {
    all.push_back(groups(*it));
  }
  return all;
}

Match whole_match(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_match(text, match, compiled(pattern)) ? groups(match) : Match{};
}

std::string replaced(const std::string& text, const std::string& pattern, const std::string& with) {
  return std::regex_replace(text, compiled(pattern), with);
}

int occurrences(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace yhat::test
