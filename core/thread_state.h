// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/autograd.h"

namespace yhat {

class Observer;

/// What the engine keeps per thread.
struct ThreadState {
  bool grad_enabled = true;
  bool in_backward = false;
  Observer* observer = nullptr;
  SavedList* captured = nullptr;  // where copies of tensors are noted, see CaptureWatch
};
extern constinit thread_local ThreadState this_thread;
inline ThreadState& thread_state() { return this_thread; }

}  // namespace yhat
