// ask NAMESPACE PORT COUNT TIMEOUT_MS ADDRESS...: from inside a network namespace ("-": where it is started), sends COUNT queries
// to each address, all at once, each from its own socket. Prints for each address how many were answered.
#include "dns_query.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { FIRST_ADDRESS = 5, MOST = 64 };

int main(int argc, char **argv) {
  if (argc <= FIRST_ADDRESS) return fprintf(stderr, "usage: ask NAMESPACE PORT COUNT TIMEOUT_MS ADDRESS...\n"), 64;
  enter_namespace(argv[1]);
  int count = atoi(argv[3]), total = count * (argc - FIRST_ADDRESS);
  if (total < 1 || total > MOST) return 64;

  struct pollfd waiting[MOST];
  for (int i = 0; i < total; i++) {
    struct endpoint server = read_endpoint(argv[FIRST_ADDRESS + i / count], atoi(argv[2]));
    struct query query = make_query(i + 1, "who.test", DNS_TYPE_TXT);
    waiting[i] = (struct pollfd){.fd = connected_socket(&server, 0), .events = POLLIN};
    send(waiting[i].fd, query.bytes, query.length, 0); // a refusal shows as a query without an answer
  }
  int answered[MOST] = {0}, left = total;
  double end = now_ms() + atoi(argv[4]);
  while (left > 0 && poll(waiting, total, until_ms(end)) > 0) {
    for (int i = 0; i < total; i++) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      unsigned char message[512];
      if (message_id(message, recv(waiting[i].fd, message, sizeof message, MSG_DONTWAIT)) != i + 1) continue;
      answered[i / count]++;
      left--;
      waiting[i].fd = -1; // poll leaves negative ones out
    }
  }
  for (int i = 0; i < argc - FIRST_ADDRESS; i++) printf("%d ", answered[i]);
  printf("\n");
  return 0;
}
