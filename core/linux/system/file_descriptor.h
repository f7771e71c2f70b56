#pragma once

#include <unistd.h>

#include <utility>

namespace notrack
{

/// Owns an open file and closes it.
class FileDescriptor
{
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : m_number(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        std::swap(m_number, other.m_number);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor()
    {
        if (valid())
            close(m_number);
    }

    bool valid() const { return m_number >= 0; }
    int get() const { return m_number; }

private:
    int m_number = -1;
};

} // namespace notrack
