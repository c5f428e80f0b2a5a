// SPDX-License-Identifier: MIT
// doctest and the listener that reports to the grader. Apart from main(), so that a demo can use the helpers too.
#define DOCTEST_CONFIG_IMPLEMENT
#define YHAT_GRADE_IMPLEMENT
#include "../grader/report.h"
