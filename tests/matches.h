// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

/// Regular expressions for tests. <regex> is compiled once, in matches.cpp: each file that includes it takes seconds.
namespace yhat::test {

/// The groups of one match: [0] is all of it, [1] what the first parenthesis took; "" where one took no part.
using Match = std::vector<std::string>;

/// The matches of an ECMAScript pattern in a text, in order.
std::vector<Match> matches(const std::string& text, const std::string& pattern);
/// The match of a pattern with the whole text; empty if it does not match.
Match whole_match(const std::string& text, const std::string& pattern);
/// The text with each match replaced.
std::string replaced(const std::string& text, const std::string& pattern, const std::string& with);

/// How often a part stands in a text.
int occurrences(const std::string& text, const std::string& part);

}  // namespace yhat::test
