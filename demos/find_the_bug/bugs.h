// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <string>
#include <vector>

/// Wrong gradients, some of them published, each beside the right one; gradcheck must tell them apart.
namespace demo {

struct Bug {
  std::string name;
  std::string from;          ///< where it was found, or how it comes about
  std::string forward;       ///< the function, as text
  std::string wrong, right;  ///< its gradient as text
  std::string lesson;        ///< what is wrong, and how one sees it in what gradcheck says
  yhat::Fn f;                ///< the function
  yhat::HandVjp wrong_vjp, right_vjp;
  yhat::Tensors inputs;  ///< f64
  std::string finding;   ///< what gradcheck should say that it looks like
};

/// What gradcheck says to both.
struct BugReport {
  yhat::GradcheckReport wrong, right;
};
BugReport check(const Bug& bug);

/// The four that the lecture's sources have, then the classics of homework.
std::vector<Bug> bugs();
std::vector<Bug> published_bugs();
std::vector<Bug> homework_bugs();

// --- Nielsen's widget ---

/// dC/db at w = b = 2, x = 1, y = 0.
struct WidgetGradient {
  double numeric = 0;  ///< central difference of cross-entropy
  double right = 0;    ///< a - y
  double widget = 0;   ///< (1-y)/(1-a) - y/a, without s'(z)
  double slope = 0;    ///< s'(z)
};
WidgetGradient widget_gradient();

/// The neuron's output after each of `updates` updates with rate 0.005 from w = b = 2: with the widget's formula, or
/// the right gradient.
std::vector<double> widget_run(bool right, int updates);

}  // namespace demo
