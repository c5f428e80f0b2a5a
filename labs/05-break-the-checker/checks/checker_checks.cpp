// SPDX-License-Identifier: MIT
// Checks of lab 5: your checker is set on twelve wrong gradients and four right ones.
#include <checker.h>
#include <ops_under_test.h>
#include <yhat/labs/check.h>

using namespace yhat::labs;

namespace {

void rejects(const OpUnderTest& op, const char* message) {
  show("op", op.name);
  const bool accepted = gradient_is_correct(op);
  if (accepted) note(message);
  CHECK_MESSAGE(!accepted, "accepted a wrong gradient of " << op.name);
}

void accepts(const OpUnderTest& op, const char* message) {
  show("op", op.name);
  const bool accepted = gradient_is_correct(op);
  if (!accepted) note(message);
  CHECK_MESSAGE(accepted, "rejected the right gradient of " << op.name);
}

}  // namespace

TEST_CASE("5.1 rejects a flipped sign") { rejects(sign_flipped(), "accepted.sign"); }
TEST_CASE("5.2 rejects a wrong second argument") { rejects(second_argument_wrong(), "accepted.second"); }
TEST_CASE("5.3 rejects a mean not divided") { rejects(mean_not_divided(), "accepted.mean"); }
TEST_CASE("5.4 rejects matmul without transpose") { rejects(matmul_not_transposed(), "accepted.matmul"); }
TEST_CASE("5.5 rejects a relative error of 1e-4") { rejects(slightly_wrong(), "accepted.slight"); }
TEST_CASE("5.6 rejects an ignored upstream gradient") { rejects(upstream_ignored(), "accepted.upstream"); }
TEST_CASE("5.7 rejects softmax with gradient 0") { rejects(softmax_zero(), "accepted.softmax"); }
TEST_CASE("5.8 rejects an unsummed broadcast") { rejects(broadcast_not_summed(), "accepted.broadcast"); }
TEST_CASE("5.9 rejects overlapping windows assigned") { rejects(overlap_overwritten(), "accepted.overlap"); }
TEST_CASE("5.10 rejects a mistake at the border") { rejects(border_wrong(), "accepted.border"); }
TEST_CASE("5.11 rejects a mistake for negative inputs") { rejects(negative_wrong(), "accepted.negative"); }
TEST_CASE("5.12 rejects a NaN") { rejects(nan_in_one_element(), "accepted.nan"); }
TEST_CASE("5.13 accepts another rule for ties") { accepts(max_last_tie(), "rejected.tie"); }
TEST_CASE("5.14 accepts relu at 0") { accepts(relu_at_zero(), "rejected.kink"); }
TEST_CASE("5.15 accepts another formula for softmax") { accepts(softmax_other_formula(), "rejected.softmax"); }
TEST_CASE("5.16 accepts values of 1e6") { accepts(large_values(), "rejected.large"); }
