# What a system gets: the programs, and what makes them at home there.
include(GNUInstallDirs)

install(TARGETS drinkd drink tini-sim)

# The unit names the daemon by its full path, which is the prefix's.
file(READ ${CMAKE_SOURCE_DIR}/packaging/systemd/drinkd.service unit)
string(REPLACE "/usr/bin/drinkd" "${CMAKE_INSTALL_FULL_BINDIR}/drinkd" unit "${unit}")
file(WRITE ${CMAKE_BINARY_DIR}/packaging/drinkd.service "${unit}")
install(FILES ${CMAKE_BINARY_DIR}/packaging/drinkd.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/packaging/sysusers/drinkd.conf DESTINATION lib/sysusers.d)

foreach(section 1 8)
    file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packaging/man/*.${section})
    install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
file(GLOB completions CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packaging/completions/*.bash)
foreach(completion ${completions})
    get_filename_component(program ${completion} NAME_WLE)
    install(FILES ${completion} RENAME ${program}
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()

install(FILES ${CMAKE_SOURCE_DIR}/config/settings.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/drinkd)
install(FILES ${CMAKE_SOURCE_DIR}/config/demo.json
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

add_test(
    NAME "packaging: systemd accepts the unit of an installed drinkd"
    COMMAND ${CMAKE_SOURCE_DIR}/packaging/systemd/verify.sh ${CMAKE_BINARY_DIR})
set_tests_properties(
    "packaging: systemd accepts the unit of an installed drinkd"
    PROPERTIES SKIP_RETURN_CODE 77 LABELS packaging)
