#include "core/linux/iptables/libiptc.h"

#include "core/linux/iptables/legacy_table.h"
#include "core/linux/iptables/rule_codec.h"
#include "core/linux/iptables/survived_call.h"
#include "core/linux/system/system_error.h"

#include <dlfcn.h>
#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>

#include <cerrno>
#include <type_traits>

namespace notrack
{

namespace
{

constexpr const char* tableName = "raw";
constexpr const char* libraryGaveUp = "libiptc gave up, as it does where the system refuses it something small";

/// The functions of libip4tc (prefix "iptc_") or libip6tc ("ip6tc_"): the same but for the type of an entry.
template <typename RuleEntry>
struct Libiptc
{
    xtc_handle* (*init)(const char*) = nullptr;
    void (*free)(xtc_handle*) = nullptr;
    const char* (*first_chain)(xtc_handle*) = nullptr;
    const char* (*next_chain)(xtc_handle*) = nullptr;
    const RuleEntry* (*first_rule)(const char*, xtc_handle*) = nullptr;
    const RuleEntry* (*next_rule)(const RuleEntry*, xtc_handle*) = nullptr;
    const char* (*get_target)(const RuleEntry*, xtc_handle*) = nullptr;
    int (*builtin)(const char*, xtc_handle*) = nullptr;
    const char* (*get_policy)(const char*, xt_counters*, xtc_handle*) = nullptr;
    int (*set_policy)(const char*, const char*, xt_counters*, xtc_handle*) = nullptr;
    int (*create_chain)(const char*, xtc_handle*) = nullptr;
    int (*delete_chain)(const char*, xtc_handle*) = nullptr;
    int (*insert_entry)(const char*, const RuleEntry*, unsigned int, xtc_handle*) = nullptr;
    int (*delete_num_entry)(const char*, unsigned int, xtc_handle*) = nullptr;
    int (*commit)(xtc_handle*) = nullptr;
    const char* (*strerror)(int) = nullptr;
};

/// Finds every function or says which one is missing.
template <typename RuleEntry>
Result<Libiptc<RuleEntry>> loadLibrary(const char* file, const std::string& prefix)
{
    void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL); // stays until the process ends
    if (library == nullptr)
        return makeError(ErrorKind::NoBackend, "the library is not installed; install iptables (Debian: libip4tc2 and libip6tc2)", file);
    Libiptc<RuleEntry> functions;
    std::string missing;
    const auto find = [&](const char* name, auto& function) {
        void* symbol = dlsym(library, (prefix + name).c_str());
        if (symbol == nullptr)
            missing = prefix + name;
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    find("init", functions.init);
    find("free", functions.free);
    find("first_chain", functions.first_chain);
    find("next_chain", functions.next_chain);
    find("first_rule", functions.first_rule);
    find("next_rule", functions.next_rule);
    find("get_target", functions.get_target);
    find("builtin", functions.builtin);
    find("get_policy", functions.get_policy);
    find("set_policy", functions.set_policy);
    find("create_chain", functions.create_chain);
    find("delete_chain", functions.delete_chain);
    find("insert_entry", functions.insert_entry);
    find("delete_num_entry", functions.delete_num_entry);
    find("commit", functions.commit);
    find("strerror", functions.strerror);
    if (!missing.empty())
        return makeError(ErrorKind::NoBackend, "the library lacks " + missing, file);
    return functions;
}

ErrorKind kindOfInitFailure(int number)
{
    const bool noTables = number == ENOENT || number == ENOPROTOOPT || number == EPROTONOSUPPORT || number == EAFNOSUPPORT;
    return noTables ? ErrorKind::NoBackend : kindOfErrno(number);
}

template <typename RuleEntry>
class LibiptcTableOf : public LibiptcTable
{
public:
    LibiptcTableOf(const Libiptc<RuleEntry>& functions, Family family, xtc_handle* handle)
        : m_functions(functions), m_family(family), m_handle(handle)
    {
    }

    ~LibiptcTableOf() override
    {
        if (m_handle != nullptr)
            m_functions.free(m_handle);
    }

    std::uint64_t hash() override
    {
        TableHash hash;
        for (const char* name = m_functions.first_chain(m_handle); name != nullptr; name = m_functions.next_chain(m_handle)) {
            xt_counters unused{};
            const char* policy = m_functions.builtin(name, m_handle) != 0 ? m_functions.get_policy(name, &unused, m_handle) : nullptr;
            hash.addChain(name, policy == nullptr ? "" : policy);
            for (const RuleEntry* rule = m_functions.first_rule(name, m_handle); rule != nullptr;
                 rule = m_functions.next_rule(rule, m_handle)) {
                const char* target = m_functions.get_target(rule, m_handle);
                const std::string_view goesTo = target == nullptr ? "" : target;
                hash.addRule(fingerprintOf(m_family, {reinterpret_cast<const std::byte*>(rule), rule->next_offset}, goesTo), goesTo);
            }
        }
        return hash.get();
    }

    Result<void> createChain(const std::string& chain) override
    {
        return check([&] { return m_functions.create_chain(chain.c_str(), m_handle); }, "-N " + chain);
    }

    Result<void> deleteChain(const std::string& chain) override
    {
        return check([&] { return m_functions.delete_chain(chain.c_str(), m_handle); }, "-X " + chain);
    }

    Result<void> insertEntry(const std::string& chain, std::size_t position, std::span<const std::byte> bytes) override
    {
        const auto* rule = reinterpret_cast<const RuleEntry*>(bytes.data());
        return check([&] { return m_functions.insert_entry(chain.c_str(), rule, static_cast<unsigned>(position), m_handle); },
                     "-I " + chain + " " + std::to_string(position + 1));
    }

    Result<void> deleteEntry(const std::string& chain, std::size_t position) override
    {
        return check([&] { return m_functions.delete_num_entry(chain.c_str(), static_cast<unsigned>(position), m_handle); },
                     "-D " + chain + " " + std::to_string(position + 1));
    }

    Result<void> commit() override
    {
        if (!survivesAbort([this] { keepPolicyCounters(); }))
            return gaveUp("commit");
        bool conflict = false;
        Result<void> done = check(
            [&] {
                const int committed = m_functions.commit(m_handle);
                conflict = committed == 0 && errno == EAGAIN;
                return committed;
            },
            "commit");
        if (conflict)
            return makeError(ErrorKind::Conflict, "the table changed since it was read", where("commit"));
        return done;
    }

private:
    std::string where(const std::string& step) const { return std::string(toText(m_family)) + " raw table, " + step; }

    /// libiptc zeroes the counters of policies on every commit, unless it is told what they shall be.
    void keepPolicyCounters()
    {
        for (const char* name = m_functions.first_chain(m_handle); name != nullptr; name = m_functions.next_chain(m_handle)) {
            xt_counters counters{};
            const char* policy = m_functions.builtin(name, m_handle) != 0 ? m_functions.get_policy(name, &counters, m_handle) : nullptr;
            if (policy != nullptr)
                m_functions.set_policy(name, policy, &counters, m_handle);
        }
    }

    /// What the library had in hand when it called abort() is not to be touched again.
    Result<void> gaveUp(const std::string& step)
    {
        m_handle = nullptr;
        return makeError(ErrorKind::Failed, libraryGaveUp, where(step));
    }

    /// libiptc's own words for errno fit only right after the call that failed.
    template <typename Call>
    Result<void> check(const Call& call, const std::string& step)
    {
        if (m_handle == nullptr)
            return gaveUp(step);
        int done = 0;
        int number = 0;
        if (!survivesAbort([&] {
                done = call();
                number = errno;
            }))
            return gaveUp(step);
        if (done != 0)
            return {};
        return makeError(kindOfErrno(number), m_functions.strerror(number), where(step));
    }

    const Libiptc<RuleEntry>& m_functions;
    Family m_family;
    xtc_handle* m_handle;
};

/// A handle of the kernel's table; `where` is for the error.
template <typename RuleEntry>
Result<xtc_handle*> openHandle(const Libiptc<RuleEntry>& library, const char* table, const std::string& where)
{
    xtc_handle* handle = nullptr;
    int number = 0;
    if (!survivesAbort([&] {
            handle = library.init(table);
            number = errno;
        }))
        return makeError(ErrorKind::Failed, libraryGaveUp, where);
    if (handle == nullptr)
        // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): loadLibrary found every function, or there is no library here
        return makeError(kindOfInitFailure(number),
                         std::string("the kernel gives no legacy ") + table + " table: " + library.strerror(number), where);
    return handle;
}

template <typename RuleEntry>
Result<std::unique_ptr<LibiptcTable>> openTable(const Result<Libiptc<RuleEntry>>& library, Family family)
{
    if (!library)
        return tl::unexpected(library.error());
    const Result<xtc_handle*> handle = openHandle(*library, tableName, std::string(toText(family)));
    if (!handle)
        return tl::unexpected(handle.error());
    return std::make_unique<LibiptcTableOf<RuleEntry>>(*library, family, *handle);
}

const Result<Libiptc<ipt_entry>>& ipv4Library()
{
    static const auto library = loadLibrary<ipt_entry>("libip4tc.so.2", "iptc_");
    return library;
}

const Result<Libiptc<ip6t_entry>>& ipv6Library()
{
    static const auto library = loadLibrary<ip6t_entry>("libip6tc.so.2", "ip6tc_");
    return library;
}

} // namespace

Result<std::unique_ptr<LibiptcTable>> openRawTable(Family family)
{
    return family == Family::Ipv4 ? openTable(ipv4Library(), family) : openTable(ipv6Library(), family);
}

Result<void> checkLibiptc()
{
    if (!ipv4Library())
        return tl::unexpected(ipv4Library().error());
    return ipv6Library() ? Result<void>() : tl::unexpected(ipv6Library().error());
}

} // namespace notrack
