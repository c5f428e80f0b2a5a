// SPDX-License-Identifier: MIT
// Included before every source of a mutation run: which of the planted changes is on (0: none).
#pragma once

extern int yhat_mutant;
extern bool yhat_note_reached;
extern unsigned char yhat_reached[];

inline bool yhat_mutant_is(int id) {
  if (yhat_note_reached) yhat_reached[id] = 1;
  return yhat_mutant == id;
}
#define YHAT_MUTANT(id) yhat_mutant_is(id)
