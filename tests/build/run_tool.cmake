# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=... -DARGUMENTS=a;b -P run_tool.cmake
if(NOT PROGRAM)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "skipped: it is not installed")
  return()
endif()
execute_process(COMMAND "${PROGRAM}" ${ARGUMENTS} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} found something: ${result}")
endif()
