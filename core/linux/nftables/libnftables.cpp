#include "core/linux/nftables/libnftables.h"

#include <dlfcn.h>
#include <nftables/libnftables.h>

#include <cerrno>
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
    const std::unique_ptr<nft_ctx, decltype(library->freeContext)> context(library->newContext(NFT_CTX_DEFAULT), library->freeContext);
    if (!context || library->bufferOutput(context.get()) != 0 || library->bufferError(context.get()) != 0)
        return makeError(ErrorKind::Failed, "libnftables cannot be set up", "nftables");
    library->setOutputFlags(context.get(), NFT_CTX_OUTPUT_JSON);
    if (library->run(context.get(), commands.c_str()) != 0)
        return failure(library->errorBuffer(context.get()));
    return std::string(library->outputBuffer(context.get()));
}

} // namespace notrack
