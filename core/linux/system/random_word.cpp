#include "core/linux/system/random_word.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace notrack
{

std::uint64_t randomWord()
{
    std::uint64_t word = 0;
    if (getrandom(&word, sizeof word, 0) != sizeof word)
        throw std::system_error(errno, std::generic_category(), "the kernel gives no random number");
    return word;
}

} // namespace notrack
