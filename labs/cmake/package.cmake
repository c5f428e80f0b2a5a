# SPDX-License-Identifier: MIT
# find_package(yhat COMPONENTS labs), from an installation or from this build folder (-Dyhat_DIR=BUILD).
include(GNUInstallDirs)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/yhat")
set(source_dir "${CMAKE_INSTALL_DATADIR}/yhat/labs/source")
set(given_dir "${CMAKE_INSTALL_LIBDIR}/yhat-labs")

install(TARGETS yhat_labs_main yhat-grade yhat-lab EXPORT yhatLabsTargets COMPONENT labs)
install(EXPORT yhatLabsTargets NAMESPACE yhat:: DESTINATION "${package_dir}" COMPONENT labs)
export(EXPORT yhatLabsTargets NAMESPACE yhat:: FILE "${PROJECT_BINARY_DIR}/yhatLabsTargets.cmake")
if(TARGET doctest)  # a downloaded one, which exports itself only when it is installed
  export(TARGETS doctest NAMESPACE doctest:: FILE "${PROJECT_BINARY_DIR}/doctestTargets.cmake")
endif()

# A student's file includes what the library's own file does, by the same paths.
foreach(folder IN ITEMS core layers losses optim models data trace include)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}" DESTINATION "${source_dir}" COMPONENT labs FILES_MATCHING PATTERN "*.h")
endforeach()
install(DIRECTORY support/include DESTINATION "${source_dir}/labs/support" COMPONENT labs FILES_MATCHING PATTERN "*.h")
install(FILES grader/report.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/yhat/labs" COMPONENT labs)
install(FILES support/cmake/YhatLabs.cmake DESTINATION "${package_dir}" COMPONENT labs)

file(WRITE "${PROJECT_BINARY_DIR}/yhatLabsPaths.cmake" "set(YHAT_LABS_SOURCE \"${PROJECT_SOURCE_DIR}\")
set(YHAT_LABS_GIVEN \"${CMAKE_CURRENT_BINARY_DIR}\")
set(YHAT_LABS_MODULE \"${CMAKE_CURRENT_SOURCE_DIR}/support/cmake/YhatLabs.cmake\")
")
file(RELATIVE_PATH to_prefix "/${package_dir}" "/")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/installed/yhatLabsPaths.cmake" "cmake_path(SET yhat_prefix NORMALIZE \"\${CMAKE_CURRENT_LIST_DIR}/${to_prefix}\")
set(YHAT_LABS_SOURCE \"\${yhat_prefix}${source_dir}\")
set(YHAT_LABS_GIVEN \"\${yhat_prefix}${given_dir}\")
set(YHAT_LABS_MODULE \"\${CMAKE_CURRENT_LIST_DIR}/YhatLabs.cmake\")
")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/installed/yhatLabsPaths.cmake" DESTINATION "${package_dir}" COMPONENT labs)
