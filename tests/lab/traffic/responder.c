// responder PORT: answers every query with its own bytes, fast, so that a load run measures the path and not the server.
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { RECEIVE_BUFFER = 8 << 20, HEADER = 12, RESPONSE_FLAG = 0x80 };

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: responder PORT\n"), 64;
  int handle = socket(AF_INET6, SOCK_DGRAM, 0), off = 0, size = RECEIVE_BUFFER;
  setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  setsockopt(handle, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(argv[1]))};
  if (bind(handle, (struct sockaddr *)&any, sizeof any) != 0) return perror("bind"), 1;
  for (;;) {
    unsigned char message[2048];
    struct sockaddr_in6 client;
    socklen_t length = sizeof client;
    ssize_t size_read = recvfrom(handle, message, sizeof message, 0, (struct sockaddr *)&client, &length);
    if (size_read < HEADER) continue;
    message[2] |= RESPONSE_FLAG;
    sendto(handle, message, size_read, 0, (struct sockaddr *)&client, length);
  }
}
