// SPDX-License-Identifier: MIT
#include "yhat/sequential.h"

#include <fmt/format.h>

#include "yhat/error.h"

namespace yhat {

Sequential::Sequential(std::initializer_list<Step> steps) {
  for (const Step& step : steps) {
    Step moved(std::move(step.module_));
    moved.name_ = step.name_;
    add(std::move(moved));
  }
}

Sequential& Sequential::add(Step step) {
  std::string name = step.name_.empty() ? std::to_string(steps_.size()) : std::move(step.name_);
  if (name.find('.') != std::string::npos) {
    throw ArgumentError("Sequential",
                        fmt::format("name '{}' contains a dot (dots separate the names of a path)", name));
  }
  for (const Named& other : steps_) {
    if (other.name == name) throw ArgumentError("Sequential", fmt::format("name '{}' given twice (each once)", name));
  }
  steps_.push_back({std::move(name), std::move(step.module_)});
  return *this;
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (Named& step : steps_) y = (*step.module)(y);
  return y;
}

void Sequential::visit(Parts& p) {
  for (Named& step : steps_) p.child(step.name, *step.module);
}

namespace {
void require_place(std::size_t place, std::size_t size) {
  if (place >= size)
    throw IndexError("Sequential", size == 0 ? fmt::format("step {} of none", place)
                                             : fmt::format("step {} of {} (valid: [0, {}])", place, size, size - 1));
}
}  // namespace

Module& Sequential::operator[](std::size_t place) {
  require_place(place, steps_.size());
  return *steps_[place].module;
}

const std::string& Sequential::name(std::size_t place) const {
  require_place(place, steps_.size());
  return steps_[place].name;
}

}  // namespace yhat
