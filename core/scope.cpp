// SPDX-License-Identifier: MIT
#include "yhat/scope.h"

#include <atomic>

namespace yhat {
namespace {
thread_local const Scope* innermost = nullptr;
std::atomic<std::uint64_t> next_scope = 1;
}  // namespace

Scope::Scope(const char* name)
    : name_(name), outer_(innermost), id_(next_scope.fetch_add(1, std::memory_order_relaxed)) {
  innermost = this;
}
Scope::~Scope() { innermost = outer_; }
const Scope* Scope::current() { return innermost; }
std::string Scope::path() const {
  std::string outside = outer_ ? outer_->path() : "";
  return outside.empty() ? name_ : outside + "." + name_;
}
std::string scope_path() { return innermost ? innermost->path() : ""; }

}  // namespace yhat
