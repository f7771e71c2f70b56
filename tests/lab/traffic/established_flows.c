// established_flows SERVER_NAMESPACE CLIENT_NAMESPACE ADDRESS PORT COUNT: opens COUNT TCP connections between two network
// namespaces, says how many it got, and holds them until it is ended: a conntrack table full of long-lived flows.
#include "dns_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(2);
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: established_flows SERVER_NAMESPACE CLIENT_NAMESPACE ADDRESS PORT COUNT\n"), 64;
  struct endpoint server = read_endpoint(argv[3], atoi(argv[4]));
  int count = atoi(argv[5]), opened = 0;
  struct rlimit descriptors = {2 * count + 64, 2 * count + 64};
  if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0) fail("setrlimit");

  // A socket stays in the namespace it was made in: one process can be both ends.
  enter_namespace(argv[1]);
  int listener = socket(server.address.ss_family, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&server.address, server.length) != 0 || listen(listener, 16) != 0) fail("listen");
  enter_namespace(argv[2]);
  for (; opened < count; opened++) {
    int client = socket(server.address.ss_family, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 2};
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(client, (struct sockaddr *)&server.address, server.length) != 0) break; // the table is full
    if (accept(listener, NULL, NULL) < 0) fail("accept");
  }
  printf("%d\n", opened);
  fflush(stdout);
  pause();
  return 0;
}
