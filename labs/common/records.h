// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace yhat::labs {

/// One packet of report.h. Fields that its kind does not have are empty.
struct Record {
  std::string kind;  ///< "start", "assert", ...; empty for a packet that is no record
  std::string name, text, file, expression, values, exception, id, nonce;
  std::vector<std::string> arguments;  ///< of a note
  long long pid = 0, asserts = 0, failed = 0, flags = 0;
  int line = 0;
  bool ok = false, crash = false;
};

/// Never throws: whoever sends nonsense gets a record without a kind.
Record parse_record(const std::string& packet);

}  // namespace yhat::labs
