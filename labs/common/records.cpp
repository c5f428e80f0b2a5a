// SPDX-License-Identifier: MIT
#include "records.h"

#include "json.h"

namespace yhat::labs {

Record parse_record(const std::string& packet) {
  Record r;
  try {
    const ForeignJson json = ForeignJson::parse(packet);
    const auto text = [&](const char* key) { return json.value(key, std::string()); };
    r.kind = text("k");
    r.name = text("name");
    r.text = text("text");
    r.file = text("file");
    r.expression = text("expr");
    r.exception = text("exception");
    if (r.kind == "note") {
      r.arguments = json.value("values", std::vector<std::string>());
    } else {
      r.values = text("values");
    }
    r.id = text("id");
    r.nonce = text("nonce");
    r.pid = json.value("pid", 0LL);
    r.asserts = json.value("asserts", 0LL);
    r.failed = json.value("failed", 0LL);
    r.flags = json.value("flags", 0LL);
    r.line = json.value("line", 0);
    r.ok = json.value("ok", false);
    r.crash = json.value("crash", false);
  } catch (const ForeignJson::exception&) {
    return {};
  }
  return r;
}

}  // namespace yhat::labs
