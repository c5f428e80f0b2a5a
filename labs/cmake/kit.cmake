# SPDX-License-Identifier: MIT
# labs.json: how yhat-lab and yhat-grade compile and link code of a lab, each file by itself.
set(compiler_flags -std=c++20 -O1 -ffp-contract=off -Wall -Wextra -Wno-unused-parameter)
set(link_flags)
if(YHAT_SANITIZE)
  list(APPEND compiler_flags -fsanitize=${YHAT_SANITIZE} -fno-sanitize-recover=all)
  list(APPEND link_flags -fsanitize=${YHAT_SANITIZE})
endif()
set(includes)
foreach(folder IN ITEMS core layers losses optim models data trace include)
  list(APPEND includes "${PROJECT_SOURCE_DIR}/${folder}")
endforeach()
list(APPEND includes "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}/support/include")
foreach(target IN ITEMS doctest::doctest fmt::fmt)
  list(APPEND includes "$<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>")
endforeach()
set(libraries "$<TARGET_LINKER_FILE:fmt::fmt>")
foreach(feature IN ITEMS "THREADS=-pthread" "ZLIB=-lz" "JPEG=-ljpeg")
  string(REGEX MATCH "^([A-Z]+)=(.*)$" matched "${feature}")
  if(YHAT_HAVE_${CMAKE_MATCH_1})
    list(APPEND libraries "${CMAKE_MATCH_2}")
  endif()
endforeach()
set(second_compiler)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_program(YHAT_SECOND_COMPILER NAMES clang++)
  if(YHAT_SECOND_COMPILER)
    set(second_compiler "${YHAT_SECOND_COMPILER}")
  endif()
endif()
string(FIND "${YHAT_SANITIZE}" "address" address)
set(address_sanitizer false)
if(address GREATER -1)
  set(address_sanitizer true)
endif()
foreach(list IN ITEMS compiler_flags link_flags includes libraries)
  set(${list} "[\"$<JOIN:${${list}},\", \">\"]")
endforeach()
file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/labs.json" CONTENT "{
  \"compiler\": \"${CMAKE_CXX_COMPILER}\",
  \"second_compiler\": \"${second_compiler}\",
  \"archiver\": \"${CMAKE_AR}\",
  \"ranlib\": \"${CMAKE_RANLIB}\",
  \"symbol_lister\": \"${CMAKE_NM}\",
  \"flags\": ${compiler_flags},
  \"link_flags\": ${link_flags},
  \"includes\": ${includes},
  \"libraries\": ${libraries},
  \"archive\": \"$<TARGET_FILE:yhat>\",
  \"main\": \"$<TARGET_FILE:yhat_labs_main>\",
  \"root\": \"${PROJECT_SOURCE_DIR}\",
  \"address_sanitizer\": ${address_sanitizer}
}
")
