#pragma once

#include "gui/view/main_window.h"

#include <optional>

namespace notrack::gui
{

/// What the command line asks for.
struct CommandLine
{
    Preferences preferences;
    Remember remember = Remember::Sources;
};

/// Lays the command line over the remembered preferences. Prints help, version or an error and ends the program where that is
/// what is asked for.
CommandLine readCommandLine(Preferences remembered);

} // namespace notrack::gui
