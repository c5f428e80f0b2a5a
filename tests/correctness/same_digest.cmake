# SPDX-License-Identifier: MIT
# Runs PROGRAM (of several builds, a list) as processes of their own, with several numbers of threads: all must print the same.
foreach(program IN LISTS PROGRAM)
  foreach(threads IN ITEMS 1 1 2 3 4)
    execute_process(COMMAND "${CMAKE_COMMAND}" -E env "OMP_NUM_THREADS=${threads}" "${program}"
      OUTPUT_VARIABLE output RESULT_VARIABLE result)
    if(NOT result EQUAL 0 OR output STREQUAL "")
      message(FATAL_ERROR "${program}, ${threads} threads: failed (${result})")
    endif()
    if(DEFINED first AND NOT output STREQUAL first)
      message(FATAL_ERROR "${program}, ${threads} threads: other bits\n${first}\nbefore, now\n${output}")
    endif()
    set(first "${output}")
  endforeach()
endforeach()
message(STATUS "the same each time: ${first}")
