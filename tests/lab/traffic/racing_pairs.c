// racing_pairs SERVER PORT PAIRS TIMEOUT_MS: A and AAAA queries sent at the same moment from one fresh socket by two threads
// that spin on CPUs 0 and 1: glibc's resolver at its worst, not at its usual rate. Prints pairs, queries and losses as JSON members.
#define _GNU_SOURCE
#include "dns_query.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_PORT = 1024, PORTS = 60000, PORT_STEP = 7, STOP = -1 };

// Each counts pairs: `started` is the main thread's, `armed` and `sent` the second thread's.
static atomic_int started, armed, sent;
static int pair_socket;
static struct query second_query;

static void run_on_cpu(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

static void *send_second_queries(void *unused) {
  (void)unused;
  run_on_cpu(1);
  for (int pair = 1;; pair++) {
    atomic_store(&armed, pair);
    while (atomic_load(&started) != pair)
      if (atomic_load(&started) == STOP) return NULL;
    send(pair_socket, second_query.bytes, second_query.length, MSG_DONTWAIT);
    atomic_store(&sent, pair);
  }
}

// Waits for both answers; returns how many never came.
static int lost_of_pair(int first_id, int timeout_ms) {
  int missing = 3;
  double end = now_ms() + timeout_ms;
  struct pollfd waiting = {.fd = pair_socket, .events = POLLIN};
  while (missing != 0 && poll(&waiting, 1, until_ms(end)) > 0) {
    unsigned char message[512];
    int id = message_id(message, recv(pair_socket, message, sizeof message, MSG_DONTWAIT));
    if (id == first_id) missing &= ~1;
    if (id == first_id + 1) missing &= ~2;
  }
  return (missing & 1) + (missing >> 1);
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: racing_pairs SERVER PORT PAIRS TIMEOUT_MS\n"), 64;
  struct endpoint server = read_endpoint(argv[1], atoi(argv[2]));
  int pairs = atoi(argv[3]), timeout_ms = atoi(argv[4]);
  long lost = 0;
  double start = now_ms();
  run_on_cpu(0);
  pthread_t second;
  pthread_create(&second, NULL, send_second_queries, NULL);
  for (int pair = 1; pair <= pairs; pair++) {
    // Ports walk the whole range, so that no flow comes back while its conntrack entry may still be there.
    pair_socket = connected_socket(&server, FIRST_PORT + (pair * PORT_STEP + getpid()) % PORTS);
    int id = pair % 0x7fff * 2;
    struct query first = make_query(id, "a.test", DNS_TYPE_A);
    second_query = make_query(id + 1, "a.test", DNS_TYPE_AAAA);
    while (atomic_load(&armed) != pair) {}
    atomic_store(&started, pair);
    send(pair_socket, first.bytes, first.length, MSG_DONTWAIT);
    while (atomic_load(&sent) != pair) {}
    lost += lost_of_pair(id, timeout_ms);
    close(pair_socket);
  }
  atomic_store(&started, STOP);
  pthread_join(second, NULL);
  printf("\"pairs\": %d, \"queries\": %d, \"lost\": %ld, \"seconds\": %.1f\n", pairs, 2 * pairs, lost, (now_ms() - start) / 1e3);
  return 0;
}
