// SPDX-License-Identifier: MIT
#include "yhat/version.h"

namespace yhat {

const char* version() noexcept { return YHAT_VERSION; }

}  // namespace yhat
