#include "core/run/state_json.h"

namespace notrack
{

std::string writeStateJson(const StateJson& json)
{
    return json.dump(1, ' ', true, StateJson::error_handler_t::replace) + "\n";
}

StateJson readStateJson(std::string_view text)
{
    return StateJson::parse(text);
}

const StateJson& valueAt(const StateJson& object, std::string_view name)
{
    return object.at(std::string(name));
}

std::string textAt(const StateJson& object, std::string_view name)
{
    return valueAt(object, name).get_ref<const std::string&>();
}

std::vector<std::string> textsAt(const StateJson& object, std::string_view name)
{
    return valueAt(object, name).get<std::vector<std::string>>();
}

std::uint32_t countAt(const StateJson& object, std::string_view name)
{
    return valueAt(object, name).get<std::uint32_t>();
}

} // namespace notrack
