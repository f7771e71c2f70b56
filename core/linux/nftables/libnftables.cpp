#include "core/linux/nftables/libnftables.h"

#include "core/linux/system/file_descriptor.h"
#include "core/linux/system/system_error.h"

#include <sys/wait.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <nftables/libnftables.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

namespace notrack
{

namespace
{

constexpr const char* libraryFile = "libnftables.so.1";

struct Library
{
    decltype(&nft_ctx_new) newContext = nullptr;
    decltype(&nft_ctx_free) freeContext = nullptr;
    decltype(&nft_ctx_output_set_flags) setOutputFlags = nullptr;
    decltype(&nft_ctx_buffer_output) bufferOutput = nullptr;
    decltype(&nft_ctx_get_output_buffer) outputBuffer = nullptr;
    decltype(&nft_ctx_buffer_error) bufferError = nullptr;
    decltype(&nft_ctx_get_error_buffer) errorBuffer = nullptr;
    decltype(&nft_run_cmd_from_buffer) run = nullptr;
};

Result<Library> loadLibrary()
{
    void* file = dlopen(libraryFile, RTLD_NOW | RTLD_LOCAL); // stays until the process ends
    if (file == nullptr)
        return makeError(ErrorKind::NoBackend, "the library is not installed; install nftables (Debian: libnftables1)", libraryFile);
    Library library;
    std::string missing;
    const auto find = [&](const char* name, auto& function) {
        void* symbol = dlsym(file, name);
        if (symbol == nullptr)
            missing = name;
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    find("nft_ctx_new", library.newContext);
    find("nft_ctx_free", library.freeContext);
    find("nft_ctx_output_set_flags", library.setOutputFlags);
    find("nft_ctx_buffer_output", library.bufferOutput);
    find("nft_ctx_get_output_buffer", library.outputBuffer);
    find("nft_ctx_buffer_error", library.bufferError);
    find("nft_ctx_get_error_buffer", library.errorBuffer);
    find("nft_run_cmd_from_buffer", library.run);
    if (!missing.empty())
        return makeError(ErrorKind::NoBackend, "the library lacks " + missing, libraryFile);
    return library;
}

const Result<Library>& loadedLibrary()
{
    static const Result<Library> library = loadLibrary();
    return library;
}

/// The library explains itself over several lines, with the command and a marker below it; its first line says what is wrong.
tl::unexpected<Error> failure(std::string_view words)
{
    const std::string line(words.substr(0, words.find('\n')));
    const bool forbidden = line.find(std::strerror(EPERM)) != std::string::npos;
    return makeError(forbidden ? ErrorKind::NotPermitted : ErrorKind::Failed,
                     line.empty() ? "the commands failed without a word why" : line, "nftables");
}

// What a child answers with: one of these, then the text.
constexpr char succeeded = '+';
constexpr char refused = '-';

/// Runs the commands and gives the answer.
std::string answerOf(const Library& library, const std::string& commands)
{
    const std::unique_ptr<nft_ctx, decltype(library.freeContext)> context(library.newContext(NFT_CTX_DEFAULT), library.freeContext);
    if (!context || library.bufferOutput(context.get()) != 0 || library.bufferError(context.get()) != 0)
        return refused + std::string("libnftables cannot be set up");
    library.setOutputFlags(context.get(), NFT_CTX_OUTPUT_JSON);
    if (library.run(context.get(), commands.c_str()) != 0)
        return refused + std::string(library.errorBuffer(context.get()));
    return succeeded + std::string(library.outputBuffer(context.get()));
}

void writeAll(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

std::string readAll(int file)
{
    std::string text;
    std::array<char, 65536> buffer{};
    while (true) {
        const ssize_t length = read(file, buffer.data(), buffer.size());
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(length));
    }
}

} // namespace

Result<void> checkLibnftables()
{
    const Result<Library>& library = loadedLibrary();
    return library ? Result<void>() : tl::unexpected(library.error());
}

Result<std::string> runNftables(const std::string& commands)
{
    const Result<Library>& library = loadedLibrary();
    if (!library)
        return tl::unexpected(library.error());
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return systemError(errno, "cannot make a pipe", "nftables");
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    const pid_t child = fork();
    if (child < 0)
        return systemError(errno, "cannot start a process for libnftables", "nftables");
    if (child == 0) {
        const std::string answer = answerOf(*library, commands);
        writeAll(writing.get(), answer);
        _exit(EXIT_SUCCESS);
    }
    writing = FileDescriptor();
    const std::string answer = readAll(reading.get());
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (answer.empty() || !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
        return makeError(ErrorKind::Failed, "libnftables ended itself amid the commands: a socket failed, or memory was short", "nftables");
    if (answer.front() == refused)
        return failure(std::string_view(answer).substr(1));
    return answer.substr(1);
}

} // namespace notrack
