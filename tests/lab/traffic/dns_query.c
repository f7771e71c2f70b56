#define _GNU_SOURCE
#include "dns_query.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(2);
}

void enter_namespace(const char *file) {
  if (strcmp(file, "-") == 0) return;
  int handle = open(file, O_RDONLY | O_CLOEXEC);
  if (handle < 0 || setns(handle, CLONE_NEWNET) != 0) fail(file);
  close(handle);
}

struct endpoint read_endpoint(const char *address, int port) {
  struct endpoint result = {0};
  struct sockaddr_in *v4 = (struct sockaddr_in *)&result.address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&result.address;
  if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    result.length = sizeof *v4;
  } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    result.length = sizeof *v6;
  } else {
    fprintf(stderr, "not an address: %s\n", address);
    exit(2);
  }
  return result;
}

int connected_socket(const struct endpoint *server, int source_port) {
  int handle = socket(server->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) fail("socket");
  if (source_port != 0) {
    // sin_port and sin6_port lie at the same place.
    struct sockaddr_storage local = {.ss_family = server->address.ss_family};
    ((struct sockaddr_in *)&local)->sin_port = htons(source_port);
    if (bind(handle, (struct sockaddr *)&local, server->length) != 0) {
      ((struct sockaddr_in *)&local)->sin_port = 0; // in use: any other will do
      if (bind(handle, (struct sockaddr *)&local, server->length) != 0) fail("bind");
    }
  }
  if (connect(handle, (const struct sockaddr *)&server->address, server->length) != 0) fail("connect");
  return handle;
}

struct query make_query(uint16_t id, const char *name, int type) {
  struct query result = {0};
  unsigned char *out = result.bytes;
  out[0] = id >> 8;
  out[1] = id & 0xff;
  out[2] = 1; // recursion desired
  out[5] = 1; // one question
  out += 12;
  while (*name != '\0') {
    size_t label = strcspn(name, ".");
    *out++ = (unsigned char)label;
    memcpy(out, name, label);
    out += label;
    name += label + (name[label] == '.');
  }
  *out++ = 0;
  *out++ = 0;
  *out++ = (unsigned char)type;
  *out++ = 0;
  *out++ = 1; // class IN
  result.length = (size_t)(out - result.bytes);
  return result;
}

int message_id(const unsigned char *message, long length) {
  return length < 12 ? -1 : message[0] << 8 | message[1];
}

double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int until_ms(double end) {
  double left = end - now_ms();
  return left <= 0 ? 0 : (int)left + 1;
}
