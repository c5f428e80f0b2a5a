// SPDX-License-Identifier: MIT
// rewrite IN OUT: reads a .safetensors or .npy file and writes it again, for the comparison with PyTorch and NumPy.
#include <fmt/format.h>

#include <string>

#include "yhat/error.h"
#include "yhat/npy.h"
#include "yhat/safetensors.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string in = argv[1];
  try {
    if (in.ends_with(".npy")) {
      yhat::save_npy(argv[2], yhat::load_npy(in));
    } else {
      yhat::Metadata metadata;
      const yhat::StateDict state = yhat::load_safetensors(in, &metadata);
      yhat::save_safetensors(argv[2], state, metadata);
    }
  } catch (const yhat::Error& e) {
    fmt::print("error: {}\n", e.what());
    return 1;
  }
}
