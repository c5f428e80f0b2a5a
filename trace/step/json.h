// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "yhat/trace.h"

namespace yhat::trace {

using Json = nlohmann::ordered_json;

/// A number, or "NaN", "Infinity", "-Infinity".
Json json_number(double value);
Json json_numbers(const Numbers& values);
/// All elements of up to 256; else a summary with pictures of its first `planes` planes, each at most 32 x 32.
Json json_tensor(const Numbers& values, const Shape& shape, int planes = 1);
/// One line of JSON in ASCII without `<`, so that it can stand in a page.
std::string dump(const Json& json);
Json trace_json(const Trace& trace);

/// The elements of json_numbers, or nothing for null or a summary. Throws FormatError for anything else.
MaybeNumbers numbers_of(const Json& json);
/// A trace that was written by to_json and has at least one event, checked so far that it can be compared and shown:
/// schema, ids, numbers that fit their shapes, formulas that are nothing but MathML. Throws IoError, or FormatError
/// naming the file.
Json read_trace(const std::string& path);
/// What is wrong with a JSON text, without the library's own codes.
std::string in_plain_words(const Json::exception& error);

/// Where two traces part.
struct Difference {
  bool equal = true;
  int step = 0;                    ///< of the second one, from 1; 0 if there is none to point at
  std::vector<std::string> lines;  ///< what differs there, and what that means
};
/// Events match by kind, op name and its ordinal, and tensor name. Equal is |a - b| <= 1e-12 + 1e-9 |b| (f32: 1e-6 +
/// 1e-4 |b|); NaN equals NaN.
Difference compare(const Json& reference, const Json& mine);

/// The graph as inline SVG, in the state after the last step.
std::string to_svg(const Json& trace);
/// The page of a trace.
std::string to_html(const Json& trace);

}  // namespace yhat::trace
