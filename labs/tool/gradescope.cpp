// SPDX-License-Identifier: MIT
#include "gradescope.h"

#include <stdexcept>

namespace yhat::labs {

void write_autograder(const Sources&, const Manifest&, const fs::path&) { throw std::runtime_error("to be written"); }

}  // namespace yhat::labs
