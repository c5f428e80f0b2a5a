// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "yhat/activations.h"
#include "yhat/module.h"

namespace yhat {

/// One step of a Sequential: a module or a function, with or without a name.
class Step {
 public:
  /// A module, moved in: `Conv2d{...}` or `std::move(conv)`.
  template <class M>
  requires(std::derived_from<std::remove_cvref_t<M>, Module>) Step(M&& module)  // NOLINT: steps stand in braces
      : module_(std::make_unique<std::remove_cvref_t<M>>(std::forward<M>(module))) {
    static_assert(!std::is_lvalue_reference_v<M>, "a module moves into the Sequential: write std::move(module)");
  }
  /// A function of one tensor: `relu`, or a lambda.
  template <class F>
  requires(!std::derived_from<std::remove_cvref_t<F>, Module> && std::is_invocable_r_v<Tensor, F, const Tensor&>)
      Step(F function)  // NOLINT
      : module_(std::make_unique<Function>(std::move(function))) {}
  /// A module made elsewhere, not null.
  Step(std::unique_ptr<Module> module) : module_(std::move(module)) {}  // NOLINT
  /// Any of these with a name.
  template <class Part>
  Step(std::string name, Part&& part) : Step(std::forward<Part>(part)) {
    name_ = std::move(name);
  }

 private:
  friend class Sequential;
  std::string name_;
  mutable std::unique_ptr<Module> module_;  // mutable: what stands in braces is const, and moved out all the same
};

/// Modules and functions, one after the other:
///
///     Rng rng{42};
///     Sequential net{Flatten{}, Linear{rng, {.in = 784, .out = 100}}, relu, Linear{rng, {.in = 100, .out = 10}}};
///     Sequential same{{"flat", Flatten{}}, {"fc1", Linear{rng, {.in = 784, .out = 100}}}, {"relu", relu}};
///
/// A step without a name is called by its place: "0", "1", ...
class Sequential : public Module {
 public:
  Sequential() = default;
  /// Throws ArgumentError for a name that is there twice, or contains a dot.
  Sequential(std::initializer_list<Step> steps);
  /// Adds a step at the end. Throws ArgumentError as above.
  Sequential& add(Step step);

  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return {.output = input}; }

  /// The number of steps.
  std::size_t size() const { return steps_.size(); }
  /// The module at a place, 0 .. size()-1. Throws IndexError.
  Module& operator[](std::size_t place);
  /// Its name. Throws IndexError.
  const std::string& name(std::size_t place) const;

 private:
  struct Named {
    std::string name;
    std::unique_ptr<Module> module;
  };
  std::vector<Named> steps_;
};

}  // namespace yhat
