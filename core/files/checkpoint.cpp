// SPDX-License-Identifier: MIT
#include "yhat/checkpoint.h"

#include <fmt/format.h>

#include "core/files/atomic_file.h"
#include "core/files/number_text.h"
#include "core/files/safetensors_file.h"
#include "yhat/error.h"

namespace yhat {
namespace {

using files::Bytes;
using files::in_quotes;
using files::Source;

// Keys of our own metadata; `yhat.checkpoint` says that the file is one.
constexpr std::string_view own = "yhat.";
constexpr std::string_view version_key = "yhat.checkpoint";
constexpr std::string_view number_key = "yhat.number.";
constexpr std::string_view rng_key = "yhat.rng.";
constexpr std::string_view optimiser_name = "optim.";

void write(const char* op, const Checkpoint& checkpoint, const files::Sink& sink) {
  StateDict state;
  for (const auto& [name, x] : checkpoint.model) {
    if (name.starts_with(optimiser_name)) {
      throw ArgumentError(op, fmt::format("model tensor {} ({} begins the optimiser's names)", in_quotes(name),
                                          in_quotes(optimiser_name)));
    }
    state.emplace_back(name, x);
  }
  for (const auto& [name, x] : checkpoint.optimiser) state.emplace_back(std::string(optimiser_name) + name, x);
  Metadata metadata{{std::string(version_key), "1"},
                    {"yhat.epoch", std::to_string(checkpoint.epoch)},
                    {"yhat.step", std::to_string(checkpoint.step)}};
  for (const auto& [key, value] : checkpoint.numbers) {
    metadata.emplace_back(std::string(number_key) + key, files::number_text(value));
  }
  for (const auto& [key, s] : checkpoint.rngs) {
    metadata.emplace_back(std::string(rng_key) + key,
                          fmt::format("{:016x}{:016x}{:016x}{:016x}", s[0], s[1], s[2], s[3]));
  }
  for (const auto& [key, value] : checkpoint.metadata) {
    if (key.starts_with(own) || key == "format") {
      throw ArgumentError(op, fmt::format("metadata {} (yhat.* and format are the checkpoint's own)", in_quotes(key)));
    }
    metadata.emplace_back(key, value);
  }
  files::write_safetensors(op, state, std::move(metadata), true, sink);
}

bool parse_state(std::string_view text, Rng::State& state) {
  if (text.size() != 64) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(text[i]);
    if (digit == std::string_view::npos) return false;
    state[i / 16] = (state[i / 16] << 4) | digit;
  }
  return true;
}

Checkpoint read(const Source& source) {
  files::Safetensors file = files::read_safetensors(source);
  Checkpoint result;
  bool marked = false;
  for (const auto& [key, value] : file.metadata) {
    bool good = true;
    if (key == version_key) {
      marked = true;
      if (value != "1") source.fail(8, fmt::format("checkpoint of version {} (1)", in_quotes(value)));
    } else if (key == "yhat.epoch") {
      good = files::parse_number(value, result.epoch);
    } else if (key == "yhat.step") {
      good = files::parse_number(value, result.step);
    } else if (key.starts_with(number_key)) {
      result.numbers.emplace_back(key.substr(number_key.size()), 0);
      good = files::parse_number(value, result.numbers.back().second);
    } else if (key.starts_with(rng_key)) {
      result.rngs.emplace_back(key.substr(rng_key.size()), Rng::State{});
      good = parse_state(value, result.rngs.back().second) && result.rngs.back().second != Rng::State{};
    } else if (key.starts_with(own)) {
      source.fail(8, fmt::format("metadata {} is not known; hint: written by a newer yhat", in_quotes(key)));
    } else if (key != "format") {
      result.metadata.emplace_back(key, value);
    }
    if (!good) source.fail(8, fmt::format("metadata {} is {} (must be a number)", in_quotes(key), in_quotes(value)));
  }
  if (!marked) {
    source.fail(8, "not a checkpoint, its metadata have no 'yhat.checkpoint'; hint: load_safetensors reads weights");
  }
  if (!file.all_checked) source.fail(8, "a checksum is missing (a checkpoint has one of the header and each tensor)");
  for (auto& [name, x] : file.state) {
    if (name.starts_with(optimiser_name)) {
      result.optimiser.emplace_back(name.substr(optimiser_name.size()), std::move(x));
    } else {
      result.model.emplace_back(std::move(name), std::move(x));
    }
  }
  return result;
}

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  files::AtomicFile file("save_checkpoint", path);
  write("save_checkpoint", checkpoint, [&](Bytes bytes) { file.write(bytes); });
  file.commit();
}

std::vector<std::byte> checkpoint_bytes(const Checkpoint& checkpoint) {
  std::vector<std::byte> out;
  write("checkpoint_bytes", checkpoint, [&](Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); });
  return out;
}

Checkpoint load_checkpoint(const std::string& path) { return read(Source("load_checkpoint", path)); }
Checkpoint parse_checkpoint(std::span<const std::byte> bytes, const std::string& name) {
  return read(Source("load_checkpoint", bytes, name));
}

}  // namespace yhat
