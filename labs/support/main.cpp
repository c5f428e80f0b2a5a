// SPDX-License-Identifier: MIT
// The main program of every check program: doctest, and the listener that reports to the grader.
#define DOCTEST_CONFIG_IMPLEMENT
#define YHAT_GRADE_IMPLEMENT
#include "../grader/report.h"
#include "yhat/parallel.h"

int main(int argc, char** argv) {
  yhat::set_num_threads(1);  // a check may run on a small stack, in little memory, next to other checks
  doctest::Context context(argc, argv);
  return context.run();
}
