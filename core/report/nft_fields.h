#pragma once

#include "core/net/nft_rules.h"
#include "core/report/visited.h"

#include <array>
#include <string_view>

/// The JSON of nf_tables' rules as data; capture_fields.h has the form. Numbers are the kernel's own, and kinds have its names.
namespace notrack::nf_tables
{

inline constexpr std::size_t mostCapturedTables = 100'000;
inline constexpr std::size_t mostCapturedObjects = 1'000'000;
inline constexpr std::uint64_t lastRegister = 15;
inline constexpr std::uint64_t lastNumber = UINT32_MAX;

/// The kinds of an expression, in the order of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<Expression>> expressionKinds{
    "unknown", "payload",   "meta",    "ct",      "fib",    "cmp", "bitwise", "byteorder", "range",
    "lookup",  "immediate", "verdict", "counter", "limit",  "nat", "masq",    "redir",     "reject",
    "notrack", "log",       "queue",   "dynset",  "objref", "xt",  "numgen"};

constexpr const auto& kindsOf(const Expression* /*choice*/)
{
    return expressionKinds;
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Unknown> auto& unknown)
{
    fields.field("name", unknown.name);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Payload> auto& payload)
{
    fields.number("base", payload.base, 4);
    fields.field("offset", payload.offset);
    fields.field("length", payload.length);
    fields.number("to", payload.to, lastRegister);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Meta> auto& meta)
{
    fields.number("key", meta.key, lastNumber);
    fields.number("at", meta.at, lastRegister);
    fields.field("sets", meta.sets);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Ct> auto& ct)
{
    fields.number("key", ct.key, lastNumber);
    fields.field("direction", ct.direction);
    fields.number("at", ct.at, lastRegister);
    fields.field("sets", ct.sets);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Fib> auto& fib)
{
    fields.number("result", fib.result, 3);
    fields.field("flags", fib.flags);
    fields.number("to", fib.to, lastRegister);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Compare> auto& compare)
{
    fields.number("comparison", compare.comparison, 5);
    fields.number("at", compare.at, lastRegister);
    fields.bytes("value", compare.value);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Bitwise> auto& bitwise)
{
    fields.number("from", bitwise.from, lastRegister);
    fields.number("to", bitwise.to, lastRegister);
    fields.bytes("mask", bitwise.mask);
    fields.bytes("flip", bitwise.flip);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Byteorder> auto& byteorder)
{
    fields.number("from", byteorder.from, lastRegister);
    fields.number("to", byteorder.to, lastRegister);
    fields.field("length", byteorder.length);
    fields.field("size", byteorder.size);
    fields.field("to_network", byteorder.toNetwork);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Range> auto& range)
{
    fields.field("inverted", range.inverted);
    fields.number("at", range.at, lastRegister);
    fields.bytes("first", range.first);
    fields.bytes("last", range.last);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Lookup> auto& lookup)
{
    fields.field("set", lookup.set);
    fields.number("from", lookup.from, lastRegister);
    fields.numberIfAny("to", lookup.to, lastRegister);
    fields.field("verdicts", lookup.verdicts);
    fields.field("inverted", lookup.inverted);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Immediate> auto& immediate)
{
    fields.number("to", immediate.to, lastRegister);
    fields.bytes("value", immediate.value);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Verdict> auto& verdict)
{
    fields.verdict("code", verdict.code);
    fields.field("chain", verdict.chain);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Counter> auto& counter)
{
    fields.field("packets", counter.packets);
    fields.field("bytes", counter.bytes);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Limit> auto& limit)
{
    fields.field("rate", limit.rate);
    fields.field("seconds", limit.seconds);
    fields.field("burst", limit.burst);
    fields.field("in_bytes", limit.inBytes);
    fields.field("inverted", limit.inverted);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Nat> auto& nat)
{
    fields.number("type", nat.type, 1);
    fields.field("family", nat.family);
    fields.numberIfAny("address", nat.address, lastRegister);
    fields.numberIfAny("last_address", nat.lastAddress, lastRegister);
    fields.numberIfAny("port", nat.port, lastRegister);
    fields.numberIfAny("last_port", nat.lastPort, lastRegister);
    fields.field("flags", nat.flags);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Masquerade> auto& masquerade)
{
    fields.numberIfAny("port", masquerade.port, lastRegister);
    fields.numberIfAny("last_port", masquerade.lastPort, lastRegister);
    fields.field("flags", masquerade.flags);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Redirect> auto& redirect)
{
    fields.numberIfAny("port", redirect.port, lastRegister);
    fields.numberIfAny("last_port", redirect.lastPort, lastRegister);
    fields.field("flags", redirect.flags);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Reject> auto& reject)
{
    fields.number("type", reject.type, 2);
    fields.field("code", reject.code);
}

template <typename Fields>
void visitFields(Fields& /*fields*/, Visited<Notrack> auto& /*notrack*/)
{
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Log> auto& log)
{
    fields.field("prefix", log.prefix);
    fields.field("plain", log.plain);
    fields.numberIfAny("level", log.level, lastNumber);
    fields.numberIfAny("group", log.group, lastNumber);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Queue> auto& queue)
{
    fields.field("number", queue.number);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Dynset> auto& dynset)
{
    fields.field("set", dynset.set);
    fields.field("operation", dynset.operation);
    fields.number("key", dynset.key, lastRegister);
    fields.field("inverted", dynset.inverted);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<ObjectReference> auto& objectReference)
{
    fields.field("type", objectReference.type);
    fields.field("name", objectReference.name);
    fields.field("set", objectReference.set);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Xtables> auto& xtables)
{
    fields.field("target", xtables.target);
    fields.field("name", xtables.name);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Numgen> auto& numgen)
{
    fields.field("modulus", numgen.modulus);
    fields.field("offset", numgen.offset);
    fields.field("random", numgen.random);
    fields.number("to", numgen.to, lastRegister);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Rule> auto& rule)
{
    fields.field("handle", rule.handle);
    fields.list("expressions", rule.expressions, mostCapturedObjects);
    fields.field("comment", rule.comment);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<BaseHook> auto& baseHook)
{
    fields.field("type", baseHook.type);
    fields.field("hook", baseHook.hook);
    fields.field("priority", baseHook.priority);
    fields.list("devices", baseHook.devices, mostCapturedTables);
    fields.field("accepts", baseHook.policyAccepts);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Chain> auto& chain)
{
    fields.field("name", chain.name);
    fields.field("handle", chain.handle);
    fields.object("base", chain.base);
    fields.list("rules", chain.rules, mostCapturedObjects);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<SetElement> auto& setElement)
{
    fields.bytes("key", setElement.key);
    fields.bytes("last_key", setElement.lastKey);
    fields.field("interval_end", setElement.intervalEnd);
    fields.field("catch_all", setElement.catchAll);
    fields.elementValue(setElement.value);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Set> auto& set)
{
    fields.field("name", set.name);
    fields.field("flags", set.flags);
    fields.field("key_type", set.keyType);
    fields.field("key_length", set.keyLength);
    fields.field("value_type", set.valueType);
    fields.field("value_length", set.valueLength);
    fields.list("fields", set.fields, mostCapturedTables);
    fields.list("elements", set.elements, mostCapturedObjects);
    fields.field("complete", set.complete);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Table> auto& table)
{
    fields.field("family", table.family);
    fields.field("name", table.name);
    fields.field("flags", table.flags);
    fields.list("chains", table.chains, mostCapturedTables);
    fields.list("sets", table.sets, mostCapturedTables);
}

template <typename Fields>
void visitFields(Fields& fields, Visited<Rules> auto& rules)
{
    fields.field("generation", rules.generation);
    fields.list("tables", rules.tables, mostCapturedTables);
    fields.field("complete", rules.complete);
}

} // namespace notrack::nf_tables
