// outage NAMESPACE SERVER PORT INTERVAL_MS: from inside a network namespace ("-": where it is started), a query from a fresh socket at every interval, until SIGTERM.
// Prints the longest time without an answer in milliseconds, the time at the end included.
#include "dns_query.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

// Whether a query is answered within the interval; waits for the interval's end either way.
static int answered_within(const struct endpoint *server, int interval_ms) {
  double stop = now_ms() + interval_ms;
  struct query query = make_query(1, "who.test", DNS_TYPE_TXT);
  struct pollfd waiting = {.fd = connected_socket(server, 0), .events = POLLIN};
  send(waiting.fd, query.bytes, query.length, 0);
  int answered = 0;
  for (int left = until_ms(stop); left > 0 && !ended; left = until_ms(stop)) {
    if (answered) waiting.events = 0;
    if (poll(&waiting, 1, left) <= 0 || answered) continue;
    unsigned char message[512];
    answered = message_id(message, recv(waiting.fd, message, sizeof message, MSG_DONTWAIT)) == 1;
  }
  close(waiting.fd);
  return answered;
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: outage NAMESPACE SERVER PORT INTERVAL_MS\n"), 64;
  enter_namespace(argv[1]);
  struct endpoint server = read_endpoint(argv[2], atoi(argv[3]));
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  double last_answer = now_ms(), longest = 0;
  while (!ended) {
    int answered = answered_within(&server, atoi(argv[4]));
    double gap = now_ms() - last_answer;
    if (gap > longest) longest = gap;
    if (answered) last_answer = now_ms();
  }
  printf("%.0f\n", longest);
  return 0;
}
