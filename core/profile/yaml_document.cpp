#include "core/profile/yaml_document.h"

#include "core/base/clean_text.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>

namespace notrack
{

namespace
{

constexpr std::size_t deepestNesting = 8;
constexpr std::size_t mostKeys = 64;
constexpr char32_t byteOrderMark = 0xfeff;

/// yaml-cpp counts lines and columns from 0.
Spot spotOf(const ProfileSource& source, const YAML::Mark& mark)
{
    return Spot{&source, static_cast<std::size_t>(std::max(mark.line, 0)) + 1, static_cast<std::size_t>(std::max(mark.column, 0)) + 1};
}

/// What yaml-cpp says, alike in every version: from 0.8 on it adds the name of an unknown anchor.
std::string textOf(const YAML::Exception& problem)
{
    constexpr std::string_view unknownAnchor = "the referenced anchor is not defined";
    return problem.msg.starts_with(unknownAnchor) ? std::string(unknownAnchor) : problem.msg;
}

/// Ends the parsing with an error of ours; never leaves this file.
struct Refusal
{
    Error error;
};

/// Builds the tree from the parser's events, so that every node has its place and what we do not take is refused when it comes.
class TreeBuilder : public YAML::EventHandler
{
public:
    explicit TreeBuilder(const ProfileSource& source) : m_source(source) {}

    bool empty() const { return m_documents == 0 || m_root.kind == YamlNode::Kind::Null; }
    YamlNode takeRoot() { return std::move(m_root); }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (++m_documents > 1)
            refuse(mark, "a second document starts here; a file holds one profile");
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override
    {
        if (isKeyNext())
            refuse(mark, "a key must be text");
        add(mark, YamlNode::Kind::Null);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuseAnchor(mark); }
    void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override { refuseAnchor(mark); }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/, const std::string& value) override
    {
        refuseTag(mark, tag);
        const bool quoted = tag == "!";
        if (quoted)
            requireEndOfQuotes(mark);
        if (isKeyNext())
            return addKey(mark, value);
        YamlNode& node = add(mark, YamlNode::Kind::Scalar);
        node.text = value;
        node.quoted = quoted;
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                         YAML::EmitterStyle::value /*style*/) override
    {
        open(mark, tag, YamlNode::Kind::List);
    }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override
    {
        open(mark, tag, YamlNode::Kind::Map);
    }

    void OnSequenceEnd() override { m_open.pop_back(); }
    void OnMapEnd() override { m_open.pop_back(); }

private:
    [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& sentence) const
    {
        throw Refusal{problemAt(spotOf(m_source, mark), sentence)};
    }

    [[noreturn]] void refuseAnchor(const YAML::Mark& mark) const
    {
        refuse(mark, "anchors (&) and aliases (*) are not allowed in a profile; write the value out");
    }

    void refuseTag(const YAML::Mark& mark, const std::string& tag) const
    {
        if (!tag.empty() && tag != "?" && tag != "!")
            refuse(mark, "tags (!) are not allowed in a profile; leave it out");
    }

    /// yaml-cpp 0.7 takes the end of the file for the end of quoted text.
    void requireEndOfQuotes(const YAML::Mark& mark) const
    {
        const std::string_view text = m_source.text;
        const auto start = static_cast<std::size_t>(mark.pos);
        if (start >= text.size() || (text[start] != '"' && text[start] != '\''))
            return;
        const char quote = text[start];
        for (std::size_t i = start + 1; i < text.size(); ++i) {
            const bool escaped = quote == '"' ? text[i] == '\\' : text.substr(i).starts_with("''");
            if (escaped)
                ++i;
            else if (text[i] == quote)
                return;
        }
        refuse(mark, "the closing quote of this text is missing");
    }

    bool isKeyNext() const { return !m_open.empty() && m_open.back()->kind == YamlNode::Kind::Map && !m_key; }

    void addKey(const YAML::Mark& mark, const std::string& key)
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
    YamlNode& add(const YAML::Mark& mark, YamlNode::Kind kind)
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
            node.spot = node.key.empty() ? node.spot : node.keySpot; // yaml-cpp gives the place of what comes next
        return node;
    }

    void open(const YAML::Mark& mark, const std::string& tag, YamlNode::Kind kind)
    {
        refuseTag(mark, tag);
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
        spot = character.value == U'\n' ? Spot{&source, spot.line + 1, 1} : Spot{&source, spot.line, spot.column + character.length};
        rest.remove_prefix(character.length);
    }
    return {};
}

} // namespace

Result<YamlNode> readYaml(const ProfileSource& source)
{
    if (const std::optional<Error> problem = problemOfText(source))
        return tl::unexpected(*problem);
    try {
        std::istringstream stream(source.text);
        YAML::Parser parser(stream);
        TreeBuilder builder(source);
        while (parser.HandleNextDocument(builder)) {
        }
        if (builder.empty())
            return tl::unexpected(problemAt(Spot{&source, 1, 1}, "this profile is empty; it starts with \"version: 1\""));
        return builder.takeRoot();
    } catch (const Refusal& refusal) {
        return tl::unexpected(refusal.error);
    } catch (const YAML::Exception& problem) {
        return tl::unexpected(problemAt(spotOf(source, problem.mark), "this is no YAML: " + textOf(problem)));
    }
}

} // namespace notrack
