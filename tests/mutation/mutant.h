// SPDX-License-Identifier: MIT
// Included before every source of a mutation run: which of the planted changes is on (0: none).
#pragma once

extern int yhat_mutant;
#define YHAT_MUTANT(id) (yhat_mutant == (id))
