// SPDX-License-Identifier: MIT
#include "slide_audit/claims.h"

namespace demo {

const char* name_of(Verdict verdict) {
  constexpr const char* names[] = {"OK", "FIX", "QUAL", "WRONG"};
  return names[static_cast<int>(verdict)];
}

Verdict judged(bool holds, bool everywhere) {
  if (!holds) return Verdict::wrong;
  return everywhere ? Verdict::right : Verdict::qualified;
}

Verdict judged_formula(bool transcribed, bool restored) {
  if (!restored) return Verdict::wrong;
  return transcribed ? Verdict::right : Verdict::restored;
}

std::vector<Claim> claims() {
  std::vector<Claim> all = claims_on_losses();
  for (const auto& more : {claims_on_alexnet(), claims_on_vgg()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace demo
