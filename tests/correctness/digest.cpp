// SPDX-License-Identifier: MIT
// Prints one number for 30 steps of training: equal for any two runs, and for any number of threads (OMP_NUM_THREADS).
#include <fmt/format.h>

#include "training_run.h"

int main() {
  for (bool adam : {false, true}) {
    yhat::test::TrainingRun run(1, adam);
    run.train(30);
    fmt::print("{} {:016x}\n", adam ? "adamw" : "sgd", run.final_digest());
  }
}
