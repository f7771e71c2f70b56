// packets query|answer ADDRESS PORT COUNT ROUNDS: sends COUNT small UDP packets to ADDRESS, each of a flow of its own: a query goes to PORT, an answer comes
// from it. Prints the nanoseconds that one takes, from the call to its end on the last node, in the fastest of ROUNDS.
#include "dns_query.h"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FIRST_PORT = 20000, PAYLOAD = 32 };

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: packets query|answer ADDRESS PORT COUNT ROUNDS\n"), 64;
  int is_answer = strcmp(argv[1], "answer") == 0, count = atoi(argv[4]), rounds = atoi(argv[5]);
  struct endpoint peer = read_endpoint(argv[2], 0);
  int file = socket(peer.address.ss_family, SOCK_RAW, IPPROTO_UDP);
  if (file < 0 || connect(file, (struct sockaddr *)&peer.address, peer.length) != 0) return perror("packets"), 1;

  struct {
    struct udphdr header;
    char payload[PAYLOAD];
  } packet = {0};
  packet.header.len = htons(sizeof packet);
  long long least = 0;
  for (int round = 0; round < rounds; round++) {
    long long start = now_ns();
    for (int i = 0; i < count; i++) {
      in_port_t client = htons(FIRST_PORT + round * count + i), server = htons(atoi(argv[3]));
      packet.header.source = is_answer ? server : client;
      packet.header.dest = is_answer ? client : server;
      if (send(file, &packet, sizeof packet, 0) < 0) return perror("packets"), 1;
    }
    long long each = (now_ns() - start) / count;
    if (round == 0 || each < least) least = each;
  }
  printf("%lld\n", least);
  return 0;
}
