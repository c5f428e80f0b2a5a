# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the scripts of this folder: runs one check after another, keeps each one's log and a line about it.
set -u
started=$SECONDS
failed=()
summary=()

# A check that does not end is a failure, not a lost machine. All of them together get ALL_SECONDS (75 minutes); one that
# would have less than 15 minutes is skipped and says so.
check() {  # check NAME COMMAND...
  local name=$1 from=$SECONDS log=build/ci/$1.log rc left=$((started + ${ALL_SECONDS:-4500} - SECONDS))
  shift
  if [ $left -lt 900 ]; then
    summary+=("$(printf '%-10s skipped (no time left)' "$name")")
    return
  fi
  local most=${CHECK_SECONDS:-3000}
  mkdir -p build/ci
  echo "=== $name: $*"
  timeout --foreground $((left < most ? left : most)) "$@" >"$log" 2>&1
  rc=$?
  if [ $rc -ne 0 ]; then
    failed+=("$name")
    grep -nE 'error|warning:|FAILED|ERROR|\*\*\*' "$log" | head -40
    tail -60 "$log"
  else
    tail -15 "$log" | grep -E 'tests passed|Total Test time|Label|proc' || tail -3 "$log"
  fi
  summary+=("$(printf '%-10s %s  %d s  %s' "$name" "$([ $rc -eq 0 ] && echo passed || echo "FAILED ($rc)")" \
    $((SECONDS - from)) "$(grep -hE 'tests passed' "$log" | tail -1)")")
}

# The lines about all checks, and which failed.
report() {
  echo
  printf '%s\n' "${summary[@]}"
  echo "$((SECONDS - started)) s in all"
  if [ ${#failed[@]} -ne 0 ]; then
    echo "failed: ${failed[*]}"
  fi
}
