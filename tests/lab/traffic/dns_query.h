// What the traffic programs share: addresses, queries and clocks.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { DNS_TYPE_A = 1, DNS_TYPE_TXT = 16, DNS_TYPE_AAAA = 28, DNS_QUERY_SIZE = 64 };

struct endpoint
{
    struct sockaddr_storage address;
    socklen_t length;
};

struct query
{
    unsigned char bytes[DNS_QUERY_SIZE];
    size_t length;
};

// Moves this program into a network namespace, given as a file; "-" is where it is already. Ends the program on failure.
void enter_namespace(const char* file);

// Reads an IPv4 or IPv6 address; ends the program when it is neither.
struct endpoint read_endpoint(const char* address, int port);

// A UDP socket connected to `server`, so that answers from any other address are not heard.
// `source_port` 0 lets the kernel choose. Ends the program on failure.
int connected_socket(const struct endpoint* server, int source_port);

// A query for NAME (two labels, "who.test") and TYPE.
struct query make_query(uint16_t id, const char* name, int type);

// The id of a message, or -1 when it is too short to be one.
int message_id(const unsigned char* message, long length);

// Milliseconds of a clock that never goes back.
double now_ms(void);

// Milliseconds from now until `end`, as poll() takes them: rounded up, never negative.
int until_ms(double end);
