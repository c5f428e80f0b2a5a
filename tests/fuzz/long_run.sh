#!/bin/bash
# SPDX-License-Identifier: MIT
# The long fuzzing run: RUNS executions of each format (default 10,000,000), or of those named as arguments, one after
# another, without sanitizers, which make an execution many times slower; what it collects is then run once more under
# them. Prints a line per format; exit 1 on a finding, which is left in build/fuzz-long. Hours: run it with nice.
#     RUNS=1000000 tests/fuzz/long_run.sh npy pnm
cd -- "$(dirname -- "$0")/../.." || exit 1
formats=("$@")
[ $# -gt 0 ] || formats=(idx idx_gz npy safetensors checkpoint pnm)
out=build/fuzz-long
mkdir -p "$out"
cmake --preset fuzz -B build/fuzz-plain -DYHAT_SANITIZE= -DYHAT_EMBED_SAMPLE=OFF >"$out/configure.log" || exit 1
cmake --build build/fuzz-plain --target fuzzers >"$out/build.log" || exit 1
failed=0
printf '%-12s %12s %8s %8s %10s %8s\n' format executions seconds corpus coverage findings
for format in "${formats[@]}"; do
  dictionary=${format%_gz}
  [ "$format" != checkpoint ] || dictionary=safetensors
  mkdir -p "$out/$format"
  started=$SECONDS
  "build/fuzz-plain/tests/fuzz/fuzz_$format" -runs="${RUNS:-10000000}" -max_len=2048 -timeout=10 -rss_limit_mb=512 \
    -malloc_limit_mb=64 -print_final_stats=1 "-dict=tests/fuzz/dictionaries/$dictionary.dict" \
    "-artifact_prefix=$out/$format-" "$out/$format" "tests/fuzz/corpus/$format" >"$out/$format.log" 2>&1
  result=$?
  if [ $result -eq 0 ] && [ -x "build/fuzz/tests/fuzz/fuzz_$format" ]; then
    "build/fuzz/tests/fuzz/fuzz_$format" -runs=0 "$out/$format" >"$out/$format.sanitized.log" 2>&1
    result=$?
  fi
  [ $result -eq 0 ] || failed=1
  printf '%-12s %12s %8d %8d %10s %8s\n' "$format" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$format.log")" $((SECONDS - started)) \
    "$(find "$out/$format" -type f | wc -l)" "$(grep -oE 'cov: [0-9]+' "$out/$format.log" | tail -1 | cut -c6-)" \
    "$([ $result -eq 0 ] && echo none || echo "$out")"
done
exit $failed
