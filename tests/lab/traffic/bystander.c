// bystander NAMESPACE PORT FEWEST INTERVAL_MS ADDRESS...: a program that knows nothing of what goes on. From inside a network namespace ("-": where
// it is started) it sends a query at every interval, from a fresh socket, to the addresses in turn: FEWEST of them, and on until SIGTERM.
// Prints how many were sent, how many got no answer within a second, how many of those were refused, and the longest time in milliseconds
// between two answers.
#include "dns_query.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_ADDRESS = 5, PATIENCE_MS = 1000, MOST_OPEN = 1024 };

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static struct pollfd waiting[MOST_OPEN];
static double sent_at[MOST_OPEN];
static int ids[MOST_OPEN], open_sockets;
static long lost, refused;
static double answered_at, longest_silence;

static void note_silence(void) {
  double silence = now_ms() - answered_at;
  if (silence > longest_silence) longest_silence = silence;
}

static void forget(int i) {
  close(waiting[i].fd);
  open_sockets--;
  waiting[i] = waiting[open_sockets];
  sent_at[i] = sent_at[open_sockets];
  ids[i] = ids[open_sockets];
}

static void ask(const struct endpoint *server, int id) {
  struct query query = make_query(id, "who.test", DNS_TYPE_TXT);
  waiting[open_sockets] = (struct pollfd){.fd = connected_socket(server, 0), .events = POLLIN};
  sent_at[open_sockets] = now_ms();
  ids[open_sockets] = id;
  send(waiting[open_sockets].fd, query.bytes, query.length, 0);
  open_sockets++;
}

// Takes what has come, and gives up what is too old.
static void look(void) {
  for (int i = open_sockets - 1; i >= 0; i--) {
    if (waiting[i].revents != 0) {
      unsigned char message[512];
      long length = recv(waiting[i].fd, message, sizeof message, MSG_DONTWAIT);
      if (length < 0 && errno == ECONNREFUSED) {
        lost++;
        refused++;
        forget(i);
        continue;
      }
      if (message_id(message, length) == ids[i]) {
        note_silence();
        answered_at = now_ms();
        forget(i);
        continue;
      }
    }
    if (now_ms() - sent_at[i] > PATIENCE_MS) {
      lost++;
      forget(i);
    }
  }
}

static void wait_until(double stop) {
  do {
    poll(waiting, open_sockets, until_ms(stop));
    look();
  } while (now_ms() < stop);
}

int main(int argc, char **argv) {
  if (argc <= FIRST_ADDRESS) return fprintf(stderr, "usage: bystander NAMESPACE PORT FEWEST INTERVAL_MS ADDRESS...\n"), 64;
  enter_namespace(argv[1]);
  int fewest = atoi(argv[3]), interval = atoi(argv[4]), addresses = argc - FIRST_ADDRESS;
  if (interval < 1 || PATIENCE_MS / interval >= MOST_OPEN) return 64;
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  long sent = 0;
  answered_at = now_ms();
  for (double next = now_ms(); !ended || sent < fewest; sent++) {
    struct endpoint server = read_endpoint(argv[FIRST_ADDRESS + sent % addresses], atoi(argv[2]));
    if (open_sockets < MOST_OPEN) ask(&server, (int)(sent & 0x7fff));
    else lost++;
    next += interval;
    wait_until(next);
  }
  note_silence();
  while (open_sockets > 0) wait_until(now_ms() + 10);
  printf("%ld %ld %ld %.0f\n", sent, lost, refused, longest_silence);
  return 0;
}
