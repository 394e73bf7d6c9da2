# What a system gets: the programs, and what makes them at home there.
include(GNUInstallDirs)

install(TARGETS drinkd drink tini-sim drink-bench)

# The unit names the daemon by its full path, which depends on the prefix of this installation.
install(CODE "
    file(READ \"${CMAKE_SOURCE_DIR}/packaging/systemd/drinkd.service\" unit)
    string(REPLACE /usr/bin/ \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/\" unit \"\${unit}\")
    set(target \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system/drinkd.service\")
    message(STATUS \"Installing: \$ENV{DESTDIR}\${target}\")
    file(WRITE \"\$ENV{DESTDIR}\${target}\" \"\${unit}\")")
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

# The example names the schema as its neighbour, for editors.
install(FILES
        ${CMAKE_SOURCE_DIR}/config/example.json
        ${CMAKE_SOURCE_DIR}/config/settings.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/drinkd)

add_test(
    NAME "packaging: systemd accepts the unit"
    COMMAND ${CMAKE_SOURCE_DIR}/packaging/systemd/verify.sh $<TARGET_FILE:drinkd>)
set_tests_properties(
    "packaging: systemd accepts the unit" PROPERTIES SKIP_RETURN_CODE 77 LABELS packaging)
