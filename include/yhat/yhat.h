// SPDX-License-Identifier: MIT
// Everything: every public header of the library, in the order of the folders. A test checks that none is missing.
#pragma once

// core
#include <yhat/parallel.h>
#include <yhat/version.h>
