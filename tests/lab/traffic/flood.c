// flood SERVER PORT COUNT WINDOW TIMEOUT_MS: COUNT queries, each from its own port, WINDOW of them in flight at a time.
// Prints queries, losses and the time per answered query (microseconds, 50th and 99th percentile) as JSON members.
#include "dns_query.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_PORT = 2000, PORTS = 63000, MOST_IN_FLIGHT = 256 };

static int by_value(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static double percentile(const double *sorted, long count, int percent) {
  return count == 0 ? 0 : sorted[(count - 1) * percent / 100];
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: flood SERVER PORT COUNT WINDOW TIMEOUT_MS\n"), 64;
  struct endpoint server = read_endpoint(argv[1], atoi(argv[2]));
  int count = atoi(argv[3]), window = atoi(argv[4]), timeout_ms = atoi(argv[5]);
  if (count < 1 || window < 1 || window > MOST_IN_FLIGHT) return 64;

  double *times = calloc(count, sizeof *times);
  long answered = 0;
  int sent = 0;
  while (sent < count) {
    struct pollfd waiting[MOST_IN_FLIGHT];
    double sent_at[MOST_IN_FLIGHT];
    int in_flight = count - sent < window ? count - sent : window;
    for (int i = 0; i < in_flight; i++, sent++) {
      struct query query = make_query(sent & 0xffff, "a.test", DNS_TYPE_A);
      waiting[i] = (struct pollfd){.fd = connected_socket(&server, FIRST_PORT + sent % PORTS), .events = POLLIN};
      sent_at[i] = now_ms();
      send(waiting[i].fd, query.bytes, query.length, MSG_DONTWAIT); // one that cannot be sent counts as lost
    }
    int left = in_flight;
    double end = now_ms() + timeout_ms;
    while (left > 0 && poll(waiting, in_flight, until_ms(end)) > 0) {
      for (int i = 0; i < in_flight; i++) {
        if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
        unsigned char message[512];
        if (recv(waiting[i].fd, message, sizeof message, MSG_DONTWAIT) <= 0) continue;
        times[answered++] = now_ms() - sent_at[i];
        close(waiting[i].fd);
        waiting[i].fd = -1;
        left--;
      }
    }
    for (int i = 0; i < in_flight; i++)
      if (waiting[i].fd >= 0) close(waiting[i].fd);
  }
  qsort(times, answered, sizeof *times, by_value);
  printf("\"queries\": %d, \"lost\": %ld, \"p50_us\": %.0f, \"p99_us\": %.0f\n", count, count - answered,
         percentile(times, answered, 50) * 1e3, percentile(times, answered, 99) * 1e3);
  free(times);
  return 0;
}
