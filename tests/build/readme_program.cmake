# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=... -DSOURCE=... -DREADME=... -P readme_program.cmake: the README has this program and what it prints.
execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ "${README}" readme)
file(READ "${SOURCE}" source)
string(REPLACE "// SPDX-License-Identifier: MIT\n" "" source "${source}")
foreach(block IN ITEMS source printed)
  string(FIND "${readme}" "\n${${block}}```" at)
  if(at EQUAL -1)
    message(SEND_ERROR "README.md does not have this ${block} in a block of its own:\n${${block}}")
  endif()
endforeach()
