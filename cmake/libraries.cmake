# The libraries that the project stands on, and the one way to declare a folder of it.
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(edit REQUIRED IMPORTED_TARGET libedit)

# drinkd_folder(NAME SOURCES... [LINK libraries...]) makes the library of the top-level folder NAME.
# Its headers are included as "NAME/file.hpp" through a directory that shows this folder alone, so
# that including a folder that is not linked does not compile.
function(drinkd_folder name)
    cmake_parse_arguments(PARSE_ARGV 1 folder "" "" "SOURCES;LINK")
    add_library(${name} STATIC ${folder_SOURCES})
    set(window ${CMAKE_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${window})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name} ${window}/${name} SYMBOLIC)
    target_include_directories(${name} PUBLIC ${window})
    target_link_libraries(${name} PUBLIC ${folder_LINK})
endfunction()

# Asio, compiled once. Whoever links this uses the compiled functions instead of inline ones.
add_library(asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(asio PUBLIC Boost::headers Threads::Threads)
set_target_properties(asio PROPERTIES COMPILE_OPTIONS "-w")
