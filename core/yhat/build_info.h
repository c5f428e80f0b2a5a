// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace yhat {

/// What this build of the library is: what a run must say of itself if its speed or its bits are to be compared.
struct BuildInfo {
  std::string version;     ///< "0.1.0"
  std::string build_type;  ///< "Release", "Debug"; empty if none was chosen
  std::string compiler;    ///< "g++ 12.2.0"
  std::string kernels;     ///< instruction set of the kernels in use: "avx2"
  std::string sanitizers;  ///< "address,undefined"; empty without
  bool optimised;          ///< whether the compiler optimised
  bool threads;            ///< whether it can use more than one thread; without, num_threads() is 1
};
/// Of the library that the program runs with.
BuildInfo build_info();

}  // namespace yhat
