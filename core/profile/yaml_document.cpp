#include "core/profile/yaml_document.h"

#include "core/base/clean_text.h"

#include <yaml.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::size_t deepestNesting = 8;
constexpr std::size_t mostKeys = 64;
constexpr char32_t byteOrderMark = 0xfeff;

/// libyaml counts lines and columns from 0.
Spot spotOf(const ProfileSource& source, const yaml_mark_t& mark)
{
    return Spot{&source, mark.line + 1, mark.column + 1};
}

/// What YAML takes for no value, where it stands without quotes.
bool isNull(std::string_view text)
{
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// Ends the parsing with an error of ours; never leaves this file.
struct Refusal
{
    Error error;
};

/// Builds the tree from the parser's events, so that every node has its place and what we do not take is refused when it comes.
class TreeBuilder
{
public:
    explicit TreeBuilder(const ProfileSource& source) : m_source(source) {}

    bool empty() const { return m_documents == 0 || m_root.kind == YamlNode::Kind::Null; }
    YamlNode takeRoot() { return std::move(m_root); }

    void take(const yaml_event_t& event)
    {
        const yaml_mark_t& mark = event.start_mark;
        switch (event.type) {
        case YAML_DOCUMENT_START_EVENT:
            if (++m_documents > 1)
                refuse(mark, "a second document starts here; a file holds one profile");
            break;
        case YAML_ALIAS_EVENT:
            refuseAnchor(mark);
        case YAML_SCALAR_EVENT:
            takeScalar(mark, event.data.scalar);
            break;
        case YAML_SEQUENCE_START_EVENT:
            refuseProperties(mark, event.data.sequence_start.anchor, event.data.sequence_start.tag);
            open(mark, YamlNode::Kind::List);
            break;
        case YAML_MAPPING_START_EVENT:
            refuseProperties(mark, event.data.mapping_start.anchor, event.data.mapping_start.tag);
            open(mark, YamlNode::Kind::Map);
            break;
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            m_open.pop_back();
            break;
        default:
            break; // where the stream and documents end
        }
    }

private:
    [[noreturn]] void refuse(const yaml_mark_t& mark, const std::string& sentence) const
    {
        throw Refusal{problemAt(spotOf(m_source, mark), sentence)};
    }

    [[noreturn]] void refuseAnchor(const yaml_mark_t& mark) const
    {
        refuse(mark, "anchors (&) and aliases (*) are not allowed in a profile; write the value out");
    }

    void refuseProperties(const yaml_mark_t& mark, const yaml_char_t* anchor, const yaml_char_t* tag) const
    {
        if (anchor != nullptr)
            refuseAnchor(mark);
        if (tag != nullptr)
            refuse(mark, "tags (!) are not allowed in a profile; leave it out");
    }

    template <typename Scalar>
    void takeScalar(const yaml_mark_t& mark, const Scalar& scalar)
    {
        refuseProperties(mark, scalar.anchor, scalar.tag);
        const bool quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
        const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        const bool null = !quoted && isNull(text);
        if (isKeyNext()) {
            if (null)
                refuse(mark, "a key must be text");
            return addKey(mark, std::string(text));
        }
        YamlNode& node = add(mark, null ? YamlNode::Kind::Null : YamlNode::Kind::Scalar);
        if (null)
            return;
        node.text = text;
        node.quoted = quoted;
    }

    bool isKeyNext() const { return !m_open.empty() && m_open.back()->kind == YamlNode::Kind::Map && !m_key; }

    void addKey(const yaml_mark_t& mark, const std::string& key)
    {
        const std::vector<YamlNode>& siblings = m_open.back()->children;
        const auto same = std::find_if(siblings.begin(), siblings.end(), [&](const YamlNode& node) { return node.key == key; });
        if (same != siblings.end())
            refuse(mark, "this key stands here twice; the first one is at " + toText(same->keySpot));
        if (siblings.size() == mostKeys)
            refuse(mark, "there are more than " + std::to_string(mostKeys) + " keys here");
        m_key = key;
        m_keySpot = spotOf(m_source, mark);
    }

    /// The new node, in its place in the tree. It stays where it is until its parent is complete.
    YamlNode& add(const yaml_mark_t& mark, YamlNode::Kind kind)
    {
        YamlNode& node = m_open.empty() ? m_root : m_open.back()->children.emplace_back();
        node.kind = kind;
        node.spot = spotOf(m_source, mark);
        if (m_key) {
            node.key = *m_key;
            node.keySpot = m_keySpot;
            m_key.reset();
        }
        if (kind == YamlNode::Kind::Null)
            node.spot = node.key.empty() ? node.spot : node.keySpot; // an empty one has no place of its own
        return node;
    }

    void open(const yaml_mark_t& mark, YamlNode::Kind kind)
    {
        if (isKeyNext())
            refuse(mark, "a key must be text");
        if (m_open.size() == deepestNesting)
            refuse(mark, "this is nested deeper than " + std::to_string(deepestNesting) + " levels");
        m_open.push_back(&add(mark, kind));
    }

    const ProfileSource& m_source;
    YamlNode m_root;
    std::vector<YamlNode*> m_open;
    std::optional<std::string> m_key;
    Spot m_keySpot;
    int m_documents = 0;
};

/// Looks for what makes text unfit for YAML or for people: wrong encoding, control characters, tabs that indent.
std::optional<Error> problemOfText(const ProfileSource& source)
{
    Spot spot{&source, 1, 1};
    if (source.text.size() > longestProfile)
        return problemAt(spot, "this file is larger than 1 MiB");
    std::string_view rest = source.text;
    bool indentation = true;
    while (!rest.empty()) {
        const Character character = firstCharacter(rest);
        const bool endOfLine = rest.front() == '\n' || rest.starts_with("\r\n");
        if (character.length == 0)
            return problemAt(spot, "this is no UTF-8 text");
        if (character.value == byteOrderMark)
            return problemAt(spot, "a byte order mark stands here; save the file without it");
        if (character.value == U'\t' && indentation)
            return problemAt(spot, "a tab cannot indent YAML; use spaces");
        if (isControl(character.value) && character.value != U'\t' && !endOfLine)
            return problemAt(spot, "a control character stands here; remove it");
        indentation = character.value == U'\n' || (indentation && character.value == U' ');
        spot = character.value == U'\n' ? Spot{&source, spot.line + 1, 1} : Spot{&source, spot.line, spot.column + 1};
        rest.remove_prefix(character.length);
    }
    return {};
}

/// What libyaml says of text that it cannot parse.
Error problemOf(const ProfileSource& source, const yaml_parser_t& parser)
{
    if (parser.error == YAML_MEMORY_ERROR)
        throw std::bad_alloc();
    if (parser.context != nullptr && parser.context == std::string_view("while scanning a quoted scalar") &&
        parser.problem == std::string_view("found unexpected end of stream"))
        return problemAt(spotOf(source, parser.context_mark), "the closing quote of this text is missing");
    const bool hasPlace = parser.error == YAML_SCANNER_ERROR || parser.error == YAML_PARSER_ERROR;
    return problemAt(spotOf(source, hasPlace ? parser.problem_mark : parser.mark), "this is no YAML: " + std::string(parser.problem));
}

/// Takes event after event until the end; a Refusal of the builder comes through.
std::optional<Error> parseInto(TreeBuilder& builder, const ProfileSource& source)
{
    yaml_parser_t parser{};
    if (yaml_parser_initialize(&parser) == 0)
        throw std::bad_alloc();
    const std::unique_ptr<yaml_parser_t, void (*)(yaml_parser_t*)> parserEnd(&parser, yaml_parser_delete);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(source.text.data()), source.text.size());
    for (bool more = true; more;) {
        yaml_event_t event{};
        if (yaml_parser_parse(&parser, &event) == 0)
            return problemOf(source, parser);
        const std::unique_ptr<yaml_event_t, void (*)(yaml_event_t*)> eventEnd(&event, yaml_event_delete);
        builder.take(event);
        more = event.type != YAML_STREAM_END_EVENT;
    }
    return {};
}

} // namespace

Result<YamlNode> readYaml(const ProfileSource& source)
{
    if (const std::optional<Error> problem = problemOfText(source))
        return tl::unexpected(*problem);
    TreeBuilder builder(source);
    try {
        if (const std::optional<Error> problem = parseInto(builder, source))
            return tl::unexpected(*problem);
    } catch (const Refusal& refusal) {
        return tl::unexpected(refusal.error);
    }
    if (builder.empty())
        return tl::unexpected(problemAt(Spot{&source, 1, 1}, "this profile is empty; it starts with \"version: 1\""));
    return builder.takeRoot();
}

} // namespace notrack
