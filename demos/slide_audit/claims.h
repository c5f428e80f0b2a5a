// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

/// The claims of the lecture "CNN Architectures", one by one: as stated, as computed, and what follows.
namespace demo {

enum class Verdict {
  right,      ///< OK
  restored,   ///< garbled in the transcript, restored here: FIX
  qualified,  ///< true under conditions only: QUAL
  wrong       ///< WRONG
};
/// "OK", "FIX", "QUAL", "WRONG"
const char* name_of(Verdict verdict);

struct Claim {
  int number = 0;        ///< place in the lecture, from 1; 0 for claims of papers and course notes
  std::string stated;    ///< what was said
  std::string computed;  ///< what was computed; empty where the claim is about history
  std::string why;       ///< what follows, or what is on record
  Verdict verdict = Verdict::wrong;
};

/// The verdict on a claim that holds where it was made, and everywhere or not.
Verdict judged(bool holds, bool everywhere);
inline Verdict judged(bool holds) { return judged(holds, holds); }
/// The verdict on a formula that is wrong as transcribed and right as restored.
Verdict judged_formula(bool transcribed, bool restored);

/// 1 to 12: ImageNet, losses, softmax.
std::vector<Claim> claims_on_losses();
/// 13 to 32: LeNet and AlexNet.
std::vector<Claim> claims_on_alexnet();
/// 33 to 37: VGG.
std::vector<Claim> claims_on_vgg();
/// What the lecture's sources say.
std::vector<Claim> claims_of_sources();
/// All of the lecture's, in order.
std::vector<Claim> claims();

}  // namespace demo
