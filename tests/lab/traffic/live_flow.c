// live_flow SERVER PORT COUNT INTERVAL_MS: a long-lived resolver: one socket, a query at every interval.
// Prints the number of queries that were answered within their interval.
#include "dns_query.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: live_flow SERVER PORT COUNT INTERVAL_MS\n"), 64;
  struct endpoint server = read_endpoint(argv[1], atoi(argv[2]));
  int handle = connected_socket(&server, 0);
  int count = atoi(argv[3]), answered = 0;
  double end = now_ms();
  for (int i = 1; i <= count; i++) {
    struct query query = make_query(i, "who.test", DNS_TYPE_TXT);
    send(handle, query.bytes, query.length, 0);
    end += atoi(argv[4]);
    int seen = 0;
    struct pollfd waiting = {.fd = handle, .events = POLLIN};
    // The interval is waited for to its end, so that the flow has the same pace with and without losses.
    for (int left = until_ms(end); left > 0; left = until_ms(end)) {
      if (seen) waiting.events = 0;
      if (poll(&waiting, 1, left) <= 0) continue;
      unsigned char message[512];
      seen |= message_id(message, recv(handle, message, sizeof message, MSG_DONTWAIT)) == i;
    }
    answered += seen;
  }
  printf("%d\n", answered);
  return 0;
}
