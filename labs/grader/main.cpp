// SPDX-License-Identifier: MIT
#include "programs.h"

int main(int argc, char** argv) { return yhat::labs::yhat_grade(argc, argv); }
