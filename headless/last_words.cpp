#include <cstdio>
#include <cstdlib>
#include <exception>

/// What ends a program that nothing caught an exception of. libstdc++'s own brings its demangler along, 47 KB where that library is linked statically.
void __gnu_cxx::__verbose_terminate_handler() // NOLINT(bugprone-reserved-identifier,cert-dcl58-cpp)
{
    try {
        if (std::current_exception())
            throw;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "dns-notrack: %s\n", problem.what());
    } catch (...) { // NOLINT(bugprone-empty-catch)
    }
    std::abort();
}
