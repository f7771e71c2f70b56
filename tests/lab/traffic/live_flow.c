// live_flow SERVER PORT COUNT INTERVAL_MS: a long-lived resolver: one socket, a query at every interval.
// Prints the number of queries that were answered, late answers included: up to a second after the last query.
#include "dns_query.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { MOST = 1000, GRACE_MS = 1000 };

// Takes answers until `end`; every query counts once.
static int take_answers(int handle, double end, char *seen) {
  int answered = 0;
  struct pollfd waiting = {.fd = handle, .events = POLLIN};
  for (int left = until_ms(end); left > 0; left = until_ms(end)) {
    if (poll(&waiting, 1, left) <= 0) continue;
    unsigned char message[512];
    int id = message_id(message, recv(handle, message, sizeof message, MSG_DONTWAIT));
    if (id < 0 || id >= MOST || seen[id]) continue;
    seen[id] = 1;
    answered++;
  }
  return answered;
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: live_flow SERVER PORT COUNT INTERVAL_MS\n"), 64;
  struct endpoint server = read_endpoint(argv[1], atoi(argv[2]));
  int handle = connected_socket(&server, 0);
  int count = atoi(argv[3]), answered = 0;
  if (count < 1 || count > MOST) return 64;
  static char seen[MOST];
  double end = now_ms();
  for (int i = 0; i < count; i++) {
    struct query query = make_query(i, "who.test", DNS_TYPE_TXT);
    send(handle, query.bytes, query.length, 0);
    end += atoi(argv[4]);
    answered += take_answers(handle, end, seen);
  }
  answered += take_answers(handle, end + GRACE_MS, seen);
  printf("%d\n", answered);
  return 0;
}
