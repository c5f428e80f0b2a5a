// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <string>
#include <vector>

#include "support/run_options.h"
#include "support/screen.h"
#include "support/training.h"

namespace demo {

/// All that is told about a run when it ends.
struct Results {
  const yhat::TrainTest& data;  ///< images in [0, 1], as they are shown
  yhat::Module& model;
  const History& history;
  Recipe recipe;
  Evaluation test;
  yhat::ConfusionMatrix confusion;
  std::vector<yhat::Mistake> mistakes;  ///< the 12 most confident
  Facts banner;
  bool timing;
};

/// Tables, pictures and mistakes on the screen.
void show(const Results& results, const Screen& screen);

/// The same and more as a page.
yhat::Report report(const Results& results);

}  // namespace demo
