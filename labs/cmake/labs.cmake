# SPDX-License-Identifier: MIT
# For each lab: code that is given compiled, a target that writes its handout, its proofs.
include(support/cmake/YhatLabs.cmake)
file(GLOB manifests CONFIGURE_DEPENDS */lab.json)
foreach(manifest IN LISTS manifests)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${manifest}")
  cmake_path(GET manifest PARENT_PATH folder)
  file(READ "${manifest}" json)
  string(JSON lab GET "${json}" lab)
  yhat_lab_files("${manifest}" holes)
  set(editable)
  foreach(pair IN LISTS holes)
    string(REGEX REPLACE "=.*$" "" file "${pair}")
    foreach(place IN ITEMS "${folder}/src/${file}" "${folder}/${file}")
      list(APPEND editable "${place}")
    endforeach()
  endforeach()

  file(GLOB_RECURSE given CONFIGURE_DEPENDS "${folder}/src/*.cpp")
  if(editable)
    list(REMOVE_ITEM given ${editable})
  endif()
  if(given)
    add_library(yhat_lab${lab}_given STATIC ${given})
    target_include_directories(yhat_lab${lab}_given PRIVATE "${folder}/src" "$<TARGET_PROPERTY:yhat,INTERFACE_INCLUDE_DIRECTORIES>"
      support/include)
    target_compile_features(yhat_lab${lab}_given PRIVATE cxx_std_20)
    target_link_libraries(yhat_lab${lab}_given PRIVATE fmt::fmt)
    if(YHAT_INSTALL)
      install(TARGETS yhat_lab${lab}_given ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}/yhat-labs" COMPONENT labs)
    endif()
  endif()

  add_custom_target(starter-lab${lab}
    COMMAND "${CMAKE_COMMAND}" -E rm -rf "${PROJECT_BINARY_DIR}/handouts/lab${lab}"
    COMMAND yhat-lab --source "${PROJECT_SOURCE_DIR}" handout ${lab} "${PROJECT_BINARY_DIR}/handouts/lab${lab}"
    COMMENT "handouts/lab${lab}" VERBATIM)

  if(YHAT_BUILD_TESTS)
    foreach(kind IN ITEMS labs labs-quick)
      set(quick)
      if(kind STREQUAL "labs-quick")
        set(quick --quick)
      endif()
      add_test(NAME "${kind}: lab ${lab}"
        COMMAND yhat-lab --source "${PROJECT_SOURCE_DIR}" --kit "${CMAKE_CURRENT_BINARY_DIR}/labs.json" verify ${lab} --jobs 2 ${quick})
      set_tests_properties("${kind}: lab ${lab}" PROPERTIES LABELS ${kind} TIMEOUT 3000 RUN_SERIAL ON)
    endforeach()
  endif()
endforeach()
if(YHAT_BUILD_TESTS AND manifests)
  add_test(NAME "labs: manifests, checks and handouts agree"
    COMMAND yhat-lab --source "${PROJECT_SOURCE_DIR}" lint --total 110)
  set_tests_properties("labs: manifests, checks and handouts agree" PROPERTIES LABELS course)
endif()
