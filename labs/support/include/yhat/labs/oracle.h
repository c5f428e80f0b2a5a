// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "yhat/rng.h"
#include "yhat/tensor.h"

/// The student's code as a process that answers questions: it computes what it is asked and knows nothing of what is
/// expected. The same program, linked with the library instead, makes the questions and knows the answers.
namespace yhat::labs {

/// Arguments of a call: tensors, and lists of integers by name ({"axis": [1]}, {"labels": [0, 2]}).
struct Question {
  Tensors args;
  std::map<std::string, std::vector<std::int64_t>> attrs = {};
  /// The first integer of an attribute.
  std::int64_t integer(const std::string& name) const { return attrs.at(name).at(0); }
};

struct OracleFunction {
  std::string name;                             ///< of the hole's function
  std::function<Tensor(const Question&)> call;  ///< the student's code
  std::function<Question(Rng& rng)> ask;        ///< a random question, f64
  bool differentiable = true;                   ///< also ask for "NAME.vjp": the last argument is dL/dy
};

/// `--questions SEED N`: prints N questions for each function. Else answers the questions on stdin, one JSON object per
/// line, {"id": 7, "fn": "softmax", "args": [{"shape": [2, 3], "data": [...]}], "attrs": {"axis": [1]}}, on descriptor
/// 3 (stdout if there is none): {"id": 7, "values": [{"shape": ..., "data": ...}]} or {"id": 7, "error": "ShapeError",
/// "what": "..."}. NaN and infinities are strings.
int serve(int argc, char** argv, const std::vector<OracleFunction>& functions);

}  // namespace yhat::labs
