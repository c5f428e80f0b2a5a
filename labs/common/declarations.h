// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace yhat::labs {

/// Something declared at namespace or class scope.
struct Declaration {
  std::string name;        ///< "yhat::SGD::step"; anonymous namespaces leave no trace in it
  std::string parameters;  ///< of a function: the text between the parentheses
  std::size_t begin, end;  ///< bytes from its first token to behind its last ("}" or ";")
  int line;
  std::vector<const char*> obstacles;  ///< why its body cannot be left out: "a template", "inline", "noexcept", ...
  bool function = false;
  bool defined = false;             ///< a function with a body, or a class with its members
  std::size_t open = 0, close = 0;  ///< of a function's body: the places of "{" and "}"
};

/// All declarations of a source, those of classes included. Throws SourceError: brackets that do not match, or that do
/// not match within a branch of #if.
std::vector<Declaration> declarations_in(std::string_view source, const std::string& path);

/// Whether `name` is the declaration's name or the end of it: "step", "SGD::step", "yhat::SGD::step".
bool named(const Declaration& declaration, std::string_view name);

}  // namespace yhat::labs
