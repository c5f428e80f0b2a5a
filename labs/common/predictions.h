// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "manifest.h"

namespace yhat::labs {

/// The lines "measured NAME = VALUE" of a demo's output.
std::map<std::string, std::string> measured_in(const std::string& output);
/// Whether a measured value is the manifest's: a number within the tolerance, else the same text.
bool agrees(const Answer& answer, const std::string& measured);

/// What is handed out: {"question": ..., "predictions": {"NAME": null, ...}}.
std::string empty_predictions(const Manifest& manifest);
/// NAME -> what the student wrote, as text; empty where nothing was. An unreadable file is as empty; `problem` says
/// why.
std::map<std::string, std::string> read_predictions(const Manifest& manifest, const std::string& text,
                                                    std::string& problem);

}  // namespace yhat::labs
