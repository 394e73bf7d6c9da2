# Catch2 of either generation, compiled once with its main function, and one program of tests per
# folder. "support/catch.hpp" includes the right header.
find_package(Catch2 REQUIRED)
include(Catch)

add_library(catch_main STATIC ${CMAKE_SOURCE_DIR}/tests/support/catch_main.cpp)
target_include_directories(catch_main PUBLIC ${CMAKE_SOURCE_DIR}/tests)
if(Catch2_VERSION VERSION_LESS 3)
    target_link_libraries(catch_main PUBLIC Catch2::Catch2)
else()
    target_link_libraries(catch_main PUBLIC Catch2::Catch2WithMain)
endif()
# Catch2's own source is not ours to check, and takes a minute where the sanitizers look at it.
target_compile_options(catch_main PRIVATE -w -O0 -fno-sanitize=all)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarms on joining std::strings (GCC bug 105651), which tests do all the time.
    target_compile_options(
        catch_main INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
# What is tested is optimised, and checked for undefined behaviour. Doing that to the tests as well
# takes longer than they run.
set(test_options $<$<CONFIG:Release>:-O0> -fno-sanitize=undefined)
# What every test reads first, compiled once for all of them and as they are.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/catch_header.cpp CONTENT "")
add_library(catch_header OBJECT ${CMAKE_BINARY_DIR}/catch_header.cpp)
target_link_libraries(catch_header PRIVATE catch_main)
target_compile_options(catch_header PRIVATE ${test_options})
target_precompile_headers(catch_header PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/catch.hpp)

# drinkd_tests(NAME SOURCES... [LINK libraries...] [LABEL label]) makes one test of each TEST_CASE.
function(drinkd_tests name)
    cmake_parse_arguments(PARSE_ARGV 1 tests "" "LABEL" "SOURCES;LINK")
    add_executable(${name} ${tests_SOURCES})
    target_link_libraries(${name} PRIVATE catch_main ${tests_LINK})
    target_compile_options(${name} PRIVATE ${test_options})
    target_precompile_headers(${name} REUSE_FROM catch_header)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    catch_discover_tests(${name} PROPERTIES LABELS "${tests_LABEL}" TIMEOUT 120)
endfunction()
