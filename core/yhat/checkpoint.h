// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "yhat/rng.h"
#include "yhat/safetensors.h"
#include "yhat/state_dict.h"

namespace yhat {

/// All that a run needs to go on as if it had never stopped, bit for bit.
struct Checkpoint {
  StateDict model;           ///< state_dict(model)
  StateDict optimiser = {};  ///< the optimiser's own arrays ("momentum.fc1.weight"); may be empty
  std::int64_t epoch = 0;    ///< epochs finished
  std::int64_t step = 0;     ///< optimiser steps taken
  std::vector<std::pair<std::string, double>> numbers = {};   ///< learning rate, best accuracy so far, ...
  std::vector<std::pair<std::string, Rng::State>> rngs = {};  ///< one entry per stream: "shuffle", "dropout"
  Metadata metadata = {};                                     ///< anything else, as text
};

/// Writes a safetensors file: model tensors under their names, the optimiser's as `optim.<name>`, the rest as metadata,
/// with a checksum of the header and of each tensor. The file appears all at once.
/// Throws ArgumentError (a model name that begins with "optim."; metadata "format" or "yhat.*"; what save_safetensors
/// refuses) and IoError.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);
/// The bytes that save_checkpoint would write. Throws ArgumentError as it does.
std::vector<std::byte> checkpoint_bytes(const Checkpoint& checkpoint);

/// Reads it back. Any single changed bit is found. Throws IoError and FormatError; whoever assigns the result to a
/// model (load_state_dict) has therefore changed nothing if the file is damaged.
Checkpoint load_checkpoint(const std::string& path);
/// The same for bytes in memory; `name` stands for the path in messages.
Checkpoint parse_checkpoint(std::span<const std::byte> bytes, const std::string& name = "memory");

}  // namespace yhat
